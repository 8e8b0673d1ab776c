// The key: one hash over everything that decides a target's result. Equal key, equal image. The hashed inputs are plain
// data, so that explain-change.ts can compare two keys.
import { createHash } from "node:crypto";
import { declaredName } from "../definition/declared-name.ts";
import type { AppTarget, ImageTarget } from "../definition/target.ts";
import { workspacePackage } from "../definition/workspace-package.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { gitVariables } from "./git-variables.ts";

/** Raised when the way images or keys are made changes, so that none made in the old way counts as up to date. */
export const KEY_SCHEMA = 3;

/** The inputs of a key besides the target itself. */
export interface KeyInputs {
  /** Digest of the source or context, hex. */
  readonly sourceDigest: string;
  /** Text of an image entry's Dockerfile, which need not be part of its context. */
  readonly dockerfile: string | undefined;
  /** The images the target is made from, in the order of the node's `images`. */
  readonly images: readonly KnownImage[];
  /** The images of the targets named in `dependsOn`, in that order. */
  readonly dependencies: readonly KnownImage[];
  readonly time: number;
  /** Of the engine, "linux/amd64"; undefined where none was asked. */
  readonly platform?: string | undefined;
  /** Of the source. */
  readonly git: SourceSnapshot["git"];
}

/** An image of this engine. */
export interface KnownImage {
  readonly id: string;
  /** From imageIdentity: the same on all engines. */
  readonly identity: string;
}

/** A name, and a value or the sha256 of a value. Sorted by name. */
export type NamedValues = readonly (readonly [name: string, value: string])[];

/** An image that a target is made from. Its id is not part of the key. */
export interface PreimageImage extends KnownImage {
  readonly role: NeededImage["role"];
  /** The name for people: the target that makes it, else its reference. Not part of the key. */
  readonly name: string;
  /** Whether `name` is a target's. Not part of the key. */
  readonly isTarget: boolean;
}

/**
 * Everything that decides a target's result. JSON can hold it; it has no path of this machine, and of values that
 * may come from the environment only digests.
 */
export interface KeyPreimage {
  readonly schema: number;
  readonly target: AppFields | ImageFields;
  readonly labels: NamedValues;
  /** Digest of the source. */
  readonly source: string;
  /** Digest of an image entry's Dockerfile. */
  readonly dockerfile: string | null;
  readonly images: readonly PreimageImage[];
  readonly dependencies: readonly (KnownImage & { readonly target: string })[];
  /** SOURCE_DATE_EPOCH. */
  readonly time: number;
}

/** The fields of an app's config that decide its result. */
export interface AppFields {
  readonly kind: "app";
  readonly name: string;
  readonly extended: boolean;
  readonly env: NamedValues;
  readonly buildEnv: NamedValues;
  /** Names. */
  readonly secrets: readonly string[];
  readonly scripts: string;
  /** The package that its source is of. */
  readonly workspace: string | null;
  readonly network: string;
  readonly hosts: AppTarget["limits"]["hosts"];
  readonly user: string | null;
  /** Whether scripts get variables of git; their values if these are part of the key. Left out: they get none. */
  readonly git?: true | NamedValues;
  /** Patterns of the app's own for its dependency layer, or none at all; left out: those of its images. */
  readonly dependencies?: readonly string[] | false;
}

/** The fields of an image entry's config that decide its result. */
export interface ImageFields {
  readonly kind: "image";
  readonly name: string;
  /** The path of its Dockerfile. */
  readonly dockerfile: string;
  readonly args: NamedValues;
  readonly stage: string | null;
  /** Names. Left out: it has none. */
  readonly secrets?: readonly string[];
  /** Left out: the engine's usual one. */
  readonly network?: string;
  /** Of an entry that is made from no image. All others have that of their images. */
  readonly platform?: string;
}

export function keyPreimage(node: TargetNode, inputs: KeyInputs): KeyPreimage {
  const { target } = node;
  return {
    schema: KEY_SCHEMA,
    target: target.kind === "app" ? appFields(target, inputs) : imageFields(node, target, inputs),
    labels: sorted(target.labels),
    source: inputs.sourceDigest,
    dockerfile: inputs.dockerfile === undefined ? null : sha256(inputs.dockerfile),
    images: node.images.map((image, index) => ({
      role: image.role,
      name: image.target ?? image.short,
      isTarget: image.target !== undefined,
      ...(inputs.images[index] ?? UNKNOWN_IMAGE),
    })),
    dependencies: target.dependsOn.map((name, index) => ({
      target: name,
      ...(inputs.dependencies[index] ?? UNKNOWN_IMAGE),
    })),
    time: inputs.time,
  };
}

/** Stands for one that is not known. */
export const UNKNOWN_IMAGE: KnownImage = { id: "", identity: "" };

/** sha256, hex. An image counts by its identity: its name and its id change nothing. */
export function hashKey(preimage: KeyPreimage): string {
  const { dependencies, images } = preimage;
  return sha256(
    JSON.stringify({
      schema: preimage.schema,
      target: preimage.target,
      labels: preimage.labels,
      source: preimage.source,
      dockerfile: preimage.dockerfile,
      images: images.map((image) => image.identity),
      dependencies: dependencies.map((dependency) => dependency.identity),
      time: preimage.time,
    }),
  );
}

function appFields(target: AppTarget, { git }: Pick<KeyInputs, "git">): AppFields {
  return {
    kind: target.kind,
    name: declaredName(target),
    extended: target.runtimeImage !== undefined,
    env: digestValues(target.env),
    buildEnv: digestValues(target.buildEnv),
    // By name alone: else a guessed value could be checked against the key.
    secrets: Object.keys(target.secrets).sort(),
    scripts: target.scripts,
    // Two packages that depend on each other have the same source.
    workspace: workspacePackage(target) ?? null,
    // The other limits of a script decide whether it succeeds, not its result.
    network: target.limits.network,
    hosts: target.limits.hosts,
    user: target.limits.user ?? null,
    // Absent rather than null: keys of apps without them stay as they are.
    ...(target.git === undefined
      ? {}
      : { git: target.git.inKey ? digestValues(gitVariables(target, { git })) : (true as const) }),
    ...(target.dependencies === undefined
      ? {}
      : { dependencies: target.dependencies === false ? false : target.dependencies.inputs }),
  };
}

function imageFields(
  { images }: TargetNode,
  target: ImageTarget,
  { platform }: Pick<KeyInputs, "platform">,
): ImageFields {
  return {
    kind: target.kind,
    name: declaredName(target),
    dockerfile: target.dockerfile,
    args: digestValues(target.args),
    stage: target.stage ?? null,
    // Absent rather than empty: keys of entries without them stay as they are.
    ...(Object.keys(target.secrets).length === 0 ? {} : { secrets: Object.keys(target.secrets).sort() }),
    ...(target.network === "default" ? {} : { network: target.network }),
    ...(images.length > 0 || platform === undefined ? {} : { platform }),
  };
}

/** Values may come from the environment: they are in the key by their digests only. */
export function digestValues(record: Readonly<Record<string, string>>): NamedValues {
  return sorted(record).map(([name, value]) => [name, sha256(value)]);
}

function sorted(record: Readonly<Record<string, string>>): NamedValues {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
