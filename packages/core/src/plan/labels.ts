// The labels of the images that sti makes. Nothing that differs from run to run may be among them; labels of the commit
// are no part of a key: equal content is not built again for them.
import { declaredName } from "../definition/declared-name.ts";
import type { AppTarget, ImageTarget } from "../definition/target.ts";
import type { Checkout } from "../source/source.ts";
import type { BuilderLabels } from "./builder-contract.ts";
import { DEFAULT_TIME } from "./flags.ts";

export const LABEL = {
  managed: "sti.managed",
  target: "sti.target",
  kind: "sti.kind",
  key: "sti.key",
  method: "sti.method",
  stage: "sti.half",
  /** Keys of the dependency layers that an app's image is based on. */
  dependencies: "sti.dependencies",
  /** Of a volume that is a cache: its id. */
  cache: "sti.cache",
  /** Of a volume that keeps the source of an app: the app. */
  source: "sti.source",
  /** Of such a volume: the project that the app is of. */
  project: "sti.project",
  /** Of a volume with the data of a service: the service. */
  service: "sti.service",
  buildImage: "sti.build-image",
  /** From imageIdentity. */
  buildImageIdentity: "sti.build-image-identity",
} as const;

/** Value of the kind and the stage of a dependency layer. */
export const DEPENDENCIES = "dependencies";

/** Labels of an app's image. */
export function appLabels(
  target: AppTarget,
  made: {
    readonly key: string;
    readonly stage: "build" | "result";
    readonly buildImage: { readonly short: string; readonly identity: string };
    /** Keys of its dependency layers. */
    readonly dependencies: readonly string[];
    /** `digest`: the registry's, else the image's id. */
    readonly base: { readonly short: string; readonly digest: string };
    /** The origin of the source. */
    readonly revision: Checkout | undefined;
    /** SOURCE_DATE_EPOCH. */
    readonly time: number;
    /** Names of more labels. */
    readonly names: BuilderLabels | undefined;
  },
): Readonly<Record<string, string>> {
  return {
    "org.opencontainers.image.title": declaredName(target),
    ...revisionLabels(made.revision, made.names),
    ...builderLabels(target, made),
    "org.opencontainers.image.base.name": made.base.short,
    "org.opencontainers.image.base.digest": made.base.digest,
    ...versionLabel(target),
    ...(made.time === DEFAULT_TIME ? {} : { "org.opencontainers.image.created": formatTime(made.time) }),
    ...target.labels,
    [LABEL.managed]: "1",
    [LABEL.target]: declaredName(target),
    [LABEL.kind]: target.kind,
    [LABEL.key]: made.key,
    [LABEL.method]: target.method,
    [LABEL.stage]: made.stage,
    [LABEL.buildImage]: made.buildImage.short,
    [LABEL.buildImageIdentity]: made.buildImage.identity,
    ...(made.dependencies.length === 0 ? {} : { [LABEL.dependencies]: made.dependencies.join(" ") }),
  };
}

/** Labels of a dependency layer: an app's image, which inherits them, has other values for all of them. */
export function layerLabels(
  target: AppTarget,
  made: { readonly key: string; readonly buildImage: { readonly short: string; readonly identity: string } },
): Readonly<Record<string, string>> {
  return {
    [LABEL.managed]: "1",
    [LABEL.target]: declaredName(target),
    [LABEL.kind]: DEPENDENCIES,
    [LABEL.key]: made.key,
    [LABEL.stage]: DEPENDENCIES,
    [LABEL.buildImage]: made.buildImage.short,
    [LABEL.buildImageIdentity]: made.buildImage.identity,
  };
}

/** The keys of the layers that an image with these labels is based on. */
export function layerKeys(labels: Readonly<Record<string, string>>): readonly string[] {
  return labels[LABEL.dependencies]?.split(" ") ?? [];
}

/** The labels of a source's origin. */
export function revisionLabels(
  revision: Checkout | undefined,
  names?: BuilderLabels | undefined,
): Readonly<Record<string, string>> {
  if (revision === undefined) return {};
  const locations = ["org.opencontainers.image.source", ...(names === undefined ? [] : [names.location])];
  const commits = ["org.opencontainers.image.revision", ...(names?.commit ?? [])];
  const { commit, url } = revision;
  return {
    ...(url === undefined ? {} : Object.fromEntries(locations.map((name) => [name, url]))),
    ...Object.fromEntries(commits.map((name) => [name, commit])),
  };
}

function builderLabels(
  { tag, variantOf }: AppTarget,
  { buildImage, names }: Pick<Parameters<typeof appLabels>[1], "buildImage" | "names">,
): Readonly<Record<string, string>> {
  if (names === undefined) return {};
  // Both variants of a comparison have the same name, although their tags differ.
  return { [names.displayName]: variantOf ?? tag.short, [names.buildImage]: buildImage.short };
}

/** A tag that is a version: "1.4", "v2.0.0-rc.1". */
function versionLabel({ tag: { tag } }: AppTarget): Readonly<Record<string, string>> {
  return tag !== undefined && /^v?\d+(?:\.\d+)*(?:[-+._][A-Za-z0-9.+_-]+)?$/.test(tag)
    ? { "org.opencontainers.image.version": tag }
    : {};
}

function formatTime(seconds: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: writes a given time, asks no clock
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Labels of a volume that keeps an app's source. */
export function sourceCacheLabels(project: string, target: string): Readonly<Record<string, string>> {
  return { [LABEL.source]: target, [LABEL.project]: project };
}

/** Labels of an image entry's image. */
export function imageEntryLabels(target: ImageTarget, key: string): Readonly<Record<string, string>> {
  return {
    ...target.labels,
    [LABEL.managed]: "1",
    [LABEL.target]: declaredName(target),
    [LABEL.kind]: target.kind,
    [LABEL.key]: key,
  };
}
