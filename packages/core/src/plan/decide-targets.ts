// Decides all targets from known facts before anything runs. Targets that wait for an image stay open. Pure.

import type { TargetGraph, TargetNode } from "../graph/target-graph.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { MatchPaths, SourceSnapshot } from "../source/source.ts";
import { NO_PAST, type Past } from "./build-record.ts";
import { type Cause, rootOf } from "./cause.ts";
import { findGivenId, findImageId } from "./decide-image.ts";
import { decideTarget, enginePlatform, findStrangeImage } from "./decide-target.ts";
import { describeCauses } from "./describe-cause.ts";
import { type Explained, explainDecision } from "./explain-decision.ts";
import type { Facts } from "./facts.ts";
import type { PlanFlags } from "./flags.ts";
import { KEY_SCHEMA, type KeyPreimage, type KnownImage, keyPreimage, UNKNOWN_IMAGE } from "./key.ts";
import type { Lock } from "./lock.ts";
import type { PlannedDecision } from "./plan.ts";

export interface DecisionInputs {
  readonly graph: TargetGraph;
  readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
  /** Of each image entry. */
  readonly dockerfiles: ReadonlyMap<string, Dockerfile>;
  readonly facts: Facts;
  /** Of the engine's images that targets are made from, by their ids: from readIdentities. */
  readonly identities: ReadonlyMap<string, string>;
  /** The external images of the lock; undefined where the config has no lock file. */
  readonly lock?: Lock | undefined;
  /** The build history, by target; only those that are built are asked for. */
  readonly pasts: ReadonlyMap<string, Past>;
  readonly flags: PlanFlags;
  readonly matchPaths: MatchPaths;
  /** Facts of a shared store, from decideWithStore; left out: none is asked. */
  readonly shared?: SharedFacts | undefined;
}

/** Identities of images that the engine lacks. */
export interface SharedFacts {
  /** Of external images, by reference: as their registries describe them. */
  readonly external: ReadonlyMap<string, string>;
  /** Of results in the store, by key. */
  readonly stored: ReadonlyMap<string, string>;
}

export interface DecidedTarget {
  readonly node: TargetNode;
  readonly decision: PlannedDecision;
  /** The target's image, where it stays as it is. */
  readonly imageId: string | undefined;
  /** Identity of its result in the store, where it would have to be built without that. */
  readonly storedIdentity?: string | undefined;
  /** In the order of the node's images; undefined where they are not known yet. */
  readonly imageIds: readonly (string | undefined)[];
  /** Images that are not known yet have the ids of the earlier build in it. */
  readonly explained: Explained;
}

/** By name, dependencies first. */
export function decideTargets(inputs: DecisionInputs): ReadonlyMap<string, DecidedTarget> {
  const decided = new Map<string, DecidedTarget>();
  for (const node of inputs.graph.nodes.values())
    decided.set(node.target.name, decide(node, inputs, decided));
  return decided;
}

type Decided = ReadonlyMap<string, DecidedTarget>;

function decide(node: TargetNode, inputs: DecisionInputs, decided: Decided): DecidedTarget {
  const { target } = node;
  const { facts, flags, lock } = inputs;
  const idOf = (name: string) => decided.get(name)?.imageId ?? findGivenId(inputs.graph, name, facts);
  const imageIds = node.images.map((image) =>
    image.target === undefined ? findImageId(image, target.pull, { facts, lock }) : idOf(image.target),
  );
  const known = (id: string | undefined, identity: string | undefined) =>
    id === undefined ? asShared(identity) : knownImage(id, inputs);
  const storedOf = (name: string) => decided.get(name)?.storedIdentity;
  const images = node.images.map((image, index) =>
    known(
      imageIds[index],
      image.target === undefined ? inputs.shared?.external.get(image.reference) : storedOf(image.target),
    ),
  );
  const dependencies = target.dependsOn.map((name) => known(idOf(name), storedOf(name)));
  const open = (reason: string): DecidedTarget => {
    const explained = explainedBy(partialPreimage(node, { inputs, images, dependencies }));
    const causes = explainOpen(explained, { inputs, decided });
    return { node, decision: { kind: "open", reason, causes }, imageId: undefined, imageIds, explained };
  };
  const explainedBy = (preimage: KeyPreimage): Explained => ({
    node,
    preimage,
    snapshot: inputs.snapshots.get(target.name) as SourceSnapshot,
    past: inputs.pasts.get(target.name) ?? NO_PAST,
    matchPaths: inputs.matchPaths,
    causesOf: (name) => causesOf(decided.get(name)),
  });
  if (facts.engine === undefined) return open("the engine was not asked");

  const waiting = node.dependencies.filter(
    (name) => decided.get(name)?.imageId === undefined && storedOf(name) === undefined,
  );
  if (waiting.length > 0) return open(`waits for ${waiting.join(", ")}`);
  const missing = node.images.filter((_, index) => images[index] === undefined);
  if (missing.length > 0) {
    return open(
      target.pull === "never"
        ? `${missing.map((image) => image.short).join(", ")} is missing`
        : `pulls ${missing.map((image) => image.short).join(", ")} first`,
    );
  }
  const absent = target.dependsOn.filter((_, index) => dependencies[index] === undefined);
  if (absent.length > 0) return open(`the image of ${absent.join(", ")} is missing`);
  const decision = decideTarget(node, {
    sourceDigest: inputs.snapshots.get(target.name)?.digest ?? "",
    git: inputs.snapshots.get(target.name)?.git,
    dockerfile: inputs.dockerfiles.get(target.name)?.text,
    needed: {
      images: images as readonly KnownImage[],
      dependencies: dependencies as readonly KnownImage[],
    },
    facts,
    flags,
  });
  const { key } = decision;
  const explained = explainedBy(decision.preimage);
  if (decision.kind === "up-to-date") {
    const { imageId, reason } = decision;
    return { node, decision: { kind: "up-to-date", key, reason }, imageId, imageIds, explained };
  }
  const causes = explainDecision(decision.because, explained);
  const reason = describeCauses(causes);
  const storedIdentity = inputs.shared?.stored.get(key);
  const built = { kind: "build", key, reason, causes } as const;
  return { node, decision: built, imageId: undefined, storedIdentity, imageIds, explained };
}

function asShared(identity: string | undefined): KnownImage | undefined {
  return identity === undefined ? undefined : { ...UNKNOWN_IMAGE, identity };
}

function knownImage(id: string, { identities }: DecisionInputs): KnownImage {
  const identity = identities.get(id);
  // A key without it would be that of another image.
  if (identity === undefined) throw new Error(`the identity of ${id} was not read`);
  return { id, identity };
}

function causesOf(decided: DecidedTarget | undefined): readonly Cause[] | undefined {
  return decided === undefined || decided.decision.kind === "up-to-date"
    ? undefined
    : decided.decision.causes;
}

/** The certain causes while not everything is known: known changes, and targets that are built before. */
function explainOpen(
  explained: Explained,
  { decided, inputs }: { readonly inputs: DecisionInputs; readonly decided: Decided },
): readonly Cause[] {
  const { node, past } = explained;
  const isOffline = inputs.facts.engine === undefined;
  const strange = isOffline ? undefined : findStrangeImage(node.target, inputs.facts);
  const own =
    strange !== undefined || past.previous !== undefined
      ? explainDecision(strange ?? { kind: "inputs-changed" }, explained)
      : [];
  const pending = node.dependencies.flatMap((name): readonly Cause[] => {
    const causes = causesOf(decided.get(name));
    if (causes === undefined || (isOffline && causes.length === 0)) return [];
    return [{ kind: "target-pending", target: name, because: rootOf(name, causes) }];
  });
  // A change of its inputs is not certain until the changed ones are known.
  return [...own.filter((cause) => cause.kind !== "inputs-changed"), ...pending];
}

function partialPreimage(
  node: TargetNode,
  known: {
    readonly inputs: DecisionInputs;
    readonly images: readonly (KnownImage | undefined)[];
    readonly dependencies: readonly (KnownImage | undefined)[];
  },
): KeyPreimage {
  const { inputs } = known;
  const { target } = node;
  const previous = inputs.pasts.get(target.name)?.previous?.preimage;
  const earlier = previous?.schema === KEY_SCHEMA ? previous : undefined;
  const images = node.images.map((image, index) => {
    const name = image.target ?? image.short;
    const before = earlier?.images.find((other) => other.role === image.role && other.name === name);
    return known.images[index] ?? before ?? UNKNOWN_IMAGE;
  });
  const dependencies = target.dependsOn.map((name, index) => {
    const before = earlier?.dependencies.find((other) => other.target === name);
    return known.dependencies[index] ?? before ?? UNKNOWN_IMAGE;
  });
  return keyPreimage(node, {
    sourceDigest: inputs.snapshots.get(target.name)?.digest ?? "",
    git: inputs.snapshots.get(target.name)?.git,
    dockerfile: inputs.dockerfiles.get(target.name)?.text,
    images,
    dependencies,
    platform:
      enginePlatform(inputs.facts) ??
      (earlier?.target.kind === "image" ? earlier.target.platform : undefined),
    time: inputs.flags.time,
  });
}
