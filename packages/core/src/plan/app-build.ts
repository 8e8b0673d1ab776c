// The inputs of both methods for planning the build of one app. Types, and the config both give their result.
import { parseImageReference } from "../definition/image-reference.ts";
import type { AppTarget } from "../definition/target.ts";
import type { ImageConfig } from "../engine/image.ts";
import type { ChangedFiles, HostTrust, Owner, SourceSnapshot } from "../source/source.ts";
import type { BuilderContract, ContractScript, InputFile } from "./builder-contract.ts";
import type { ImageFacts } from "./facts.ts";
import { imageIdentity } from "./image-identity.ts";
import type { Reuse } from "./incremental.ts";
import { appLabels, layerLabels } from "./labels.ts";
import type { Delivery } from "./source-cache.ts";
import type { ImageStage } from "./step.ts";

/** Folders of a build inside its containers, besides those of the image's contract. */
export const FOLDER = {
  output: "/tmp/build",
  buildOnly: "/run/sti",
  secrets: "/run/secrets",
} as const;

/** By the container method, the archive of saved artifacts: in a folder of the build-only files, so that none is in the image. */
export const SAVED_FOLDER = `${FOLDER.buildOnly}/artifacts`;

/** An image that an app is made from. `facts` is undefined only when planning without an engine. */
export interface BaseImage {
  /** Name for FROM where that is not the short one: it has the locked digest. */
  readonly pinned?: string | undefined;
  /** For people. */
  readonly short: string;
  /** `owner` is who runs the scripts: `user` or the image's own. */
  readonly facts: (ImageFacts & { readonly imageOwner?: Owner | undefined }) | undefined;
  readonly contract: BuilderContract;
  /** Who runs prepare and save-artifacts; undefined: the image's own user. */
  readonly user: string | undefined;
  /** The dependency layer on top of it, which the app starts from. */
  readonly layer?: BaseLayer | undefined;
}

export interface BaseLayer {
  readonly key: string;
  /** Its tag. */
  readonly short: string;
  /** Undefined while it is not made. */
  readonly id: string | undefined;
}

export interface AppBuild {
  readonly target: AppTarget;
  readonly key: string;
  readonly snapshot: SourceSnapshot;
  /** Of a dependency layer: the entries of the source that it may read. Undefined: the app itself is built. */
  readonly inputs?: ReadonlySet<string> | undefined;
  readonly buildImage: BaseImage;
  readonly runtimeImage: BaseImage | undefined;
  /** The files that the runtime image asks for. */
  readonly inputFiles: readonly InputFile[];
  readonly hostTrust: HostTrust | undefined;
  readonly reuse: Reuse;
  /** Files that get the build's start as their time. */
  readonly changed: ChangedFiles | undefined;
  /** SOURCE_DATE_EPOCH, which scripts see: seconds since 1970. */
  readonly time: number;
  readonly noCache: boolean;
  /** Network of each step of a Dockerfile, where the engine's builder ignores that of the call. */
  readonly stepNetwork: "host" | "none" | undefined;
  /** By the container method. */
  readonly delivery: Delivery;
}

/** The image that a stage's result is based on. */
export function baseOf(build: AppBuild, stage: ImageStage): BaseImage {
  return stage === "result" && build.runtimeImage !== undefined ? build.runtimeImage : build.buildImage;
}

/** The image that a stage starts from, by its id: its dependency layer or its base. */
export function startOf(image: BaseImage): string {
  return image.layer === undefined ? idOf(image) : (image.layer.id ?? image.layer.short);
}

/** The same by its tag. */
export function startTagOf(image: BaseImage): string {
  return image.layer?.short ?? image.pinned ?? image.short;
}

export function idOf(image: BaseImage): string {
  return image.facts?.details.id ?? image.short;
}

/** Registry digest of the image, preferring the repository in its name; else its id. */
function digestOf(image: BaseImage): string {
  const repositoryOf = (name: string) => {
    const parsed = parseImageReference(name);
    return "reference" in parsed ? parsed.reference.repository : undefined;
  };
  const digests = image.facts?.details.digests ?? [];
  const repository = repositoryOf(image.short);
  const named = digests.find((digest) => repositoryOf(digest) === repository) ?? digests[0];
  return named?.slice(named.indexOf("@") + 1) ?? idOf(image);
}

/** The user that runs the scripts of an image; root if unknown. */
export function ownerOf(image: BaseImage): Owner {
  return image.facts?.owner ?? { uid: 0, gid: 0 };
}

/**
 * The user that a result is given back after another one ran prepare; undefined where none did. An image without one
 * gets 0, which is the same: the engine cannot take a user away again.
 */
export function restoredUser(image: BaseImage): string | undefined {
  if (image.user === undefined) return undefined;
  return configOf(image).user || "0";
}

/** The name of a cache for one user: another could not write to its files. */
export function cacheName(id: string, owner: Owner): string {
  return owner.uid === 0 ? `sti-cache-${id}` : `sti-cache-${id}-${owner.uid}`;
}

/** The names of prepare's files in FOLDER.secrets, in a fixed order. */
export function secretNames(build: AppBuild): readonly string[] {
  return Object.keys(build.target.secrets).sort();
}

export function scriptPath(image: BaseImage, name: ContractScript): string {
  return image.contract.scripts[name];
}

/** The variables of the result: the base's, replaced in place or followed by the app's. */
export function mergeEnv(
  base: readonly string[],
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  const merged = new Map(base.map((entry) => splitVariable(entry)));
  for (const [name, value] of Object.entries(variables)) merged.set(name, value);
  return [...merged].map(([name, value]) => `${name}=${value}`);
}

export function resultLabels(build: AppBuild, stage: ImageStage): Readonly<Record<string, string>> {
  const base = baseOf(build, stage);
  const { key } = build;
  const { facts, short } = build.buildImage;
  const buildImage = { short, identity: facts === undefined ? "" : imageIdentity(facts.details) };
  if (build.inputs !== undefined) return layerLabels(build.target, { key, buildImage });
  const layers = [build.buildImage.layer, build.runtimeImage?.layer];
  return appLabels(build.target, {
    key,
    stage: stage === "build" ? "build" : "result",
    buildImage,
    dependencies: [...new Set(layers.flatMap((layer) => (layer === undefined ? [] : [layer.key])))],
    base: { short: base.short, digest: digestOf(base) },
    revision: build.snapshot.revision ?? build.snapshot.checkout,
    time: build.time,
    names: build.buildImage.contract.labels,
  });
}

/** The parts of a base's config that planning reads, with nothing in it when nothing is known. */
export function configOf(
  image: BaseImage,
): Pick<ImageConfig, "env" | "user" | "workingDir" | "entrypoint" | "cmd"> {
  return image.facts?.details.config ?? { env: [], user: "", workingDir: "", entrypoint: [], cmd: [] };
}

function splitVariable(entry: string): readonly [string, string] {
  const equals = entry.indexOf("=");
  return equals < 0 ? [entry, ""] : [entry.slice(0, equals), entry.slice(equals + 1)];
}
