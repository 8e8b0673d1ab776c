// Description of an image by itself, for people and programs: its part of the contract of build and runtime images,
// and, for an image made by sti, its origin. Pure.
import {
  declaredInputs,
  describeMethod,
  type ImageFacts,
  LABEL,
  type Method,
  readMethod,
  type ScriptFact,
  type ScriptName,
} from "@sti/core";
import { sanitizeLine } from "../render/sanitize.ts";

/** Origin of an image made by sti, by its labels. An image based on it has them too. */
export interface ImageOrigin {
  readonly target: string;
  /** "app" or "image" */
  readonly kind: string;
  /** Null for an image entry. */
  readonly method: Method | null;
  /** "build": kept for incremental builds of an extended build. Else "result"; null for an image entry. */
  readonly half: string | null;
  readonly buildImage: string | null;
  readonly buildImageIdentity: string | null;
}

/** Output of `sti usage --json`. */
export interface ImageContract {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly image: string;
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly architecture: string;
  readonly contract: "sti" | "s2i";
  readonly scriptsFolder: string;
  readonly scripts: Readonly<Record<ScriptName | "usage", ScriptFact["state"]>>;
  /** Absolute paths of the scripts. */
  readonly paths: Readonly<Record<ScriptName | "usage", string>>;
  /** Patterns of the files that prepare-dependencies reads, as the image declares them. */
  readonly dependencyInputs: readonly string[];
  readonly shell: boolean;
  /** "" for root. */
  readonly user: string;
  /** The user as numbers; null when the image does not know its own user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** "/" where the image sets none. */
  readonly workingDir: string;
  /** "KEY=value" */
  readonly env: readonly string[];
  /** "8080/tcp" */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** Null for an image that sti did not make. */
  readonly origin: ImageOrigin | null;
}

export function describeContract(
  facts: ImageFacts,
  named: { readonly image: string; readonly hasUsage: boolean },
): ImageContract {
  const { config, id, size, architecture } = facts.details;
  const { contract } = facts;
  const { prepare, run } = facts.scripts;
  return {
    schemaVersion: 1,
    image: named.image,
    id,
    size,
    architecture,
    contract: contract.kind,
    scriptsFolder: contract.folders.scripts,
    scripts: {
      "prepare-dependencies": facts.scripts["prepare-dependencies"].state,
      prepare: prepare.state,
      run: run.state,
      "save-artifacts": facts.scripts["save-artifacts"].state,
      usage: named.hasUsage ? "present" : "missing",
    },
    paths: {
      "prepare-dependencies": contract.scripts["prepare-dependencies"],
      prepare: contract.scripts.prepare,
      run: contract.scripts.run,
      "save-artifacts": contract.scripts["save-artifacts"],
      usage: contract.scripts.usage,
    },
    dependencyInputs: declaredInputs(facts),
    shell: facts.shell,
    user: config.user,
    owner: facts.owner ?? null,
    workingDir: config.workingDir || "/",
    env: config.env,
    exposedPorts: config.exposedPorts,
    volumes: config.volumes,
    entrypoint: config.entrypoint,
    cmd: config.cmd,
    origin: originOf(config.labels),
  };
}

/** The contract in words, for an image that brings none of its own. Safe to print. */
export function printContract(contract: ImageContract): string {
  const { owner, origin, paths, scripts } = contract;
  const has = (name: ScriptName) => scripts[name] === "present";
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["can be", [roleOf(has("prepare"), has("run"), has("save-artifacts"))]],
    ["contract", [contract.contract]],
    [
      "scripts",
      SCRIPTS.map(
        (name) => `${paths[name].slice(paths[name].lastIndexOf("/") + 1)}: ${STATE_WORDS[scripts[name]]}`,
      ),
    ],
    ...(contract.dependencyInputs.length === 0
      ? []
      : [["layers", [`of dependencies, from ${contract.dependencyInputs.join(" ")}`]] as const]),
    [
      "user",
      [
        `${contract.user || "root"}${owner === null ? ", unknown in it" : ` (uid ${owner.uid}, gid ${owner.gid})`}`,
      ],
    ],
    ["folder", [contract.workingDir]],
    ["variables", contract.env],
    ["ports", contract.exposedPorts],
    ["volumes", contract.volumes],
    ["made", origin === null ? [] : [describeOrigin(origin)]],
  ];
  const lines = rows.flatMap(([name, values]) =>
    (values.length === 0 ? ["none"] : values).map((value, index) =>
      name === "made" && values.length === 0
        ? `${name.padEnd(WIDTH)}not by sti`
        : `${(index === 0 ? name : "").padEnd(WIDTH)}${sanitizeLine(value)}`,
    ),
  );
  const head = `${contract.image} has no ${paths.usage}; this is what can be seen in it:`;
  return `${[head, "", ...lines].join("\n")}\n`;
}

const WIDTH = 11;
const SCRIPTS = ["prepare-dependencies", "prepare", "run", "save-artifacts", "usage"] as const;

const STATE_WORDS: Readonly<Record<ScriptFact["state"], string>> = {
  present: "there",
  missing: "missing",
  "not-executable": "not executable",
  "interpreter-missing": "there, but cannot start",
};

function roleOf(prepare: boolean, run: boolean, saveArtifacts: boolean): string {
  if (!prepare)
    return run ? "started, but neither a build nor a runtime image" : "neither a build nor a runtime image";
  const incremental = saveArtifacts ? ", with incremental builds" : "";
  return run
    ? `the build or runtime image of an app${incremental}`
    : `the build image of an extended build${incremental}`;
}

/** "by sti from the app api, by the Dockerfile method, on acme/builder:latest" */
export function describeOrigin(origin: ImageOrigin): string {
  if (origin.kind !== "app") return `by sti from the image entry ${origin.target}`;
  return [
    `by sti from the app ${origin.target}`,
    ...(origin.half === "build" ? ["the build stage, kept for incremental builds"] : []),
    ...(origin.method === null ? [] : [`by the ${describeMethod(origin.method)}`]),
    ...(origin.buildImage === null ? [] : [`on the build image ${origin.buildImage}`]),
  ].join(", ");
}

export function originOf(labels: Readonly<Record<string, string>>): ImageOrigin | null {
  const target = labels[LABEL.target];
  if (labels[LABEL.managed] === undefined || target === undefined) return null;
  return {
    target,
    kind: labels[LABEL.kind] ?? "app",
    method: readMethod(labels[LABEL.method] ?? "") ?? null,
    half: labels[LABEL.stage] ?? null,
    buildImage: labels[LABEL.buildImage] ?? null,
    buildImageIdentity: labels[LABEL.buildImageIdentity] ?? null,
  };
}
