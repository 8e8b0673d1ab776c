// The reason why each target is built or not, and the inputs compared: output of `sti why --json`. Versioned. Pure.

import type { ResultOrigin } from "../store/result-origin.ts";
import type { Past, RecordedBuild } from "./build-record.ts";
import type { Cause } from "./cause.ts";
import type { DecidedTarget } from "./decide-targets.ts";
import { explainAgainst } from "./explain-decision.ts";
import type { KeyPreimage } from "./key.ts";
import type { PlannedDecision } from "./plan.ts";

export interface WhyDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly targets: readonly TargetWhy[];
}

export interface TargetWhy {
  readonly name: string;
  readonly kind: "app" | "image";
  /** Left out: the target has no platforms. */
  readonly platform?: string | undefined;
  readonly tag: string;
  readonly decision: PlannedDecision;
  /** The earlier build that it is compared with; null when none is recorded. */
  readonly against: ComparedBuild | null;
  /** Differences from that build, smallest first; null when they are not known. */
  readonly changes: readonly Cause[] | null;
  readonly compared: ComparedInputs;
  /** Its result in the shared store; null if the store has none. Left out: it was not asked. */
  readonly stored?: StoredWhy | null;
}

/** A result in the shared store. */
export interface StoredWhy {
  /** "registry.example/acme/store@sha256:…" */
  readonly reference: string;
  /** Commit of its source; left out where none is known. */
  readonly commit?: string | undefined;
  /** Time of its build, milliseconds since 1970; left out where it is not known. */
  readonly built?: number | undefined;
  /** As its builder noted it; left out where there is no note. */
  readonly origin?: ResultOrigin | undefined;
}

export interface ComparedBuild {
  readonly key: string;
  /** The rest is null when only the key itself is recorded. */
  readonly build: Omit<RecordedBuild, "key"> | null;
}

/** The names of a key's inputs; values are left out. */
export interface ComparedInputs {
  /** Number of the source's files and links. */
  readonly files: number;
  /** An id is empty as long as it is not known. */
  readonly images: readonly { readonly name: string; readonly id: string }[];
  readonly dependsOn: readonly string[];
  readonly env: readonly string[];
  readonly buildEnv: readonly string[];
  readonly args: readonly string[];
  readonly secrets: readonly string[];
  readonly labels: readonly string[];
}

export function explainTarget(decided: DecidedTarget, past: Past): TargetWhy {
  const { decision, explained, node } = decided;
  const { target } = node;
  const changes = explainAgainst(past.previous, { ...explained, past });
  return {
    name: target.name,
    kind: target.kind,
    platform: target.platform?.name,
    tag: target.tag.short,
    decision,
    against: comparedBuild(past),
    changes: changes ?? null,
    compared: comparedInputs(decided),
  };
}

function comparedBuild({ previous, record }: Past): ComparedBuild | null {
  if (previous === undefined) return null;
  const found = record?.builds.find((build) => build.key === previous.key);
  if (found === undefined) return { key: previous.key, build: null };
  const { key, ...build } = found;
  return { key, build };
}

function comparedInputs({ explained: { preimage, snapshot } }: DecidedTarget): ComparedInputs {
  const names = (values: KeyPreimage["labels"]) => values.map(([name]) => name);
  const { target } = preimage;
  const ofApp = target.kind === "app" ? target : undefined;
  return {
    files: snapshot.entries.filter((entry) => entry.kind !== "directory").length,
    images: preimage.images.map(({ id, name }) => ({ name, id })),
    dependsOn: preimage.dependencies.map((dependency) => dependency.target),
    env: names(ofApp?.env ?? []),
    buildEnv: names(ofApp?.buildEnv ?? []),
    args: target.kind === "image" ? names(target.args) : [],
    secrets: target.secrets ?? [],
    labels: names(preimage.labels),
  };
}
