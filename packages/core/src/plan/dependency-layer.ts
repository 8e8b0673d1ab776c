// The dependency layer of an app: an image between its base and itself, made by prepare-dependencies from a few files of
// the source. Apps, methods and sessions with the same inputs share one. Decided here; plan-layer.ts plans its build. Pure.
import { createHash } from "node:crypto";
import { declaredName } from "../definition/declared-name.ts";
import { deriveTag, type ImageReference, parseImageReference } from "../definition/image-reference.ts";
import type { AppTarget } from "../definition/target.ts";
import { workspacePackage } from "../definition/workspace-package.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { LayerRole, TargetNode } from "../graph/target-graph.ts";
import type { MatchPaths, SourceEntry, SourceSnapshot } from "../source/source.ts";
import type { BaseLayer } from "./app-build.ts";
import type { Facts, ImageFacts } from "./facts.ts";
import { imageIdentity } from "./image-identity.ts";
import { digestValues } from "./key.ts";
import { DEPENDENCIES, LABEL } from "./labels.ts";
import type { PlannedLayer } from "./plan.ts";

/** Label of a build or runtime image: patterns of the files that prepare-dependencies reads, separated by spaces. */
export const INPUTS_LABEL = "sti.dependencies.inputs";

/** Raised when layers or their keys are made in another way. */
const LAYER_SCHEMA = 2;
export const LAYER_REPOSITORY = "sti-dependencies";
/** Hex digits of the key in the tag. */
const TAG_DIGITS = 24;

export interface DependencyLayer {
  readonly role: LayerRole;
  /** sha256, hex, over everything that decides its content. */
  readonly key: string;
  readonly reference: ImageReference;
  /** The patterns of its inputs. */
  readonly patterns: readonly string[];
  /** Number of files and links that they match. */
  readonly files: number;
  /** The entries of the source that it may read, with the folders above them. */
  readonly inputs: ReadonlySet<string>;
  /** The engine's image of it, as listed. */
  readonly present: ImageSummary | undefined;
}

export type LayerDecision =
  /** `reason`: worth reporting; undefined where the image brings no such script. */
  | { readonly kind: "none"; readonly role: LayerRole; readonly reason: string | undefined }
  | { readonly kind: "layer"; readonly layer: DependencyLayer };

export interface LayerInputs {
  readonly role: LayerRole;
  /** Undefined where nothing is known of the image: then there is nothing to decide. */
  readonly image: ImageFacts | undefined;
  readonly snapshot: SourceSnapshot;
  readonly facts: Pick<Facts, "images">;
  /** SOURCE_DATE_EPOCH of the session. */
  readonly time: number;
  readonly matchPaths: MatchPaths;
}

/** One decision for each of an app's images, in their order; none for an image entry. */
export function decideLayers(
  { images, target }: TargetNode,
  {
    facts,
    ...given
  }: Omit<LayerInputs, "role" | "image"> & { readonly ofImages: readonly (ImageFacts | undefined)[] },
): readonly LayerDecision[] {
  if (target.kind !== "app") return [];
  return images.flatMap(({ role }, index) =>
    role === "dockerfile"
      ? []
      : [decideLayer(target, { ...given, facts, role, image: given.ofImages[index] })],
  );
}

function decideLayer(target: AppTarget, inputs: LayerInputs): LayerDecision {
  const { image, role, snapshot } = inputs;
  const none = (reason?: string): LayerDecision => ({ kind: "none", role, reason });
  if (image === undefined || image.scripts["prepare-dependencies"].state === "missing") return none();
  if (target.dependencies === false) return none("dependencies is false in the config");
  const patterns = target.dependencies?.inputs ?? declaredInputs(image);
  if (patterns.length === 0) return none(`the image has no label ${INPUTS_LABEL}`);
  const matches = inputs.matchPaths(patterns);
  const found = snapshot.entries.filter((entry) => entry.kind !== "directory" && matches(entry.path));
  if (found.length === 0) return none(`no file matches ${patterns.join(" ")}`);
  const key = layerKey(target, found, { ...inputs, image });
  const reference = layerTag(target, role, key);
  const listed = inputs.facts.images.get(reference.full);
  return {
    kind: "layer",
    layer: {
      role,
      key,
      reference,
      patterns,
      files: found.length,
      inputs: withFolders(found),
      present: listed?.labels[LABEL.key] === key ? listed : undefined,
    },
  };
}

/** The layer as the start of an app. `id`: undefined while it is not made. */
export function baseLayerOf({ key, reference }: DependencyLayer, id: string | undefined): BaseLayer {
  return { key, short: reference.short, id };
}

/** The layers of a target for its plan. `isFresh`: those that are there are made anew. */
export function describeLayers(
  decisions: readonly LayerDecision[],
  {
    isFresh,
    ofImages,
  }: { readonly isFresh: boolean; readonly ofImages: readonly (ImageFacts | undefined)[] },
): readonly PlannedLayer[] {
  return decisions.flatMap((decision, index): readonly PlannedLayer[] => {
    if (decision.kind === "none") {
      const { reason, role } = decision;
      return reason === undefined ? [] : [{ role, state: "none", reason }];
    }
    const { files, key, patterns, present, reference, role } = decision.layer;
    const state = present === undefined || isFresh ? "missing" : "present";
    const base = ofImages[index]?.details.size ?? 0;
    const size = present === undefined ? undefined : Math.max(0, present.size - base);
    return [{ role, state, tag: reference.short, key, inputs: patterns, files, size }];
  });
}

/** The patterns that an image declares. */
export function declaredInputs(image: Pick<ImageFacts, "details">): readonly string[] {
  return (image.details.config.labels[INPUTS_LABEL] ?? "").split(/\s+/).filter((pattern) => pattern !== "");
}

/** The key in the tag of a dependency layer, as far as it fits; undefined for every other tag in its normal form. */
export function keyOfLayerTag(tag: string): string | undefined {
  const prefix = `docker.io/library/${LAYER_REPOSITORY}:`;
  return tag.startsWith(prefix) ? tag.slice(prefix.length) : undefined;
}

/** Whether an image, as the engine lists it, is a dependency layer and not made from one. */
export function isLayer({ labels }: Pick<ImageSummary, "labels">): boolean {
  return labels[LABEL.kind] === DEPENDENCIES && labels[LABEL.managed] !== undefined;
}

/** `found`: the files and links that it reads. */
function layerKey(
  target: AppTarget,
  found: readonly SourceEntry[],
  { image, time }: Pick<LayerInputs, "time"> & { readonly image: ImageFacts },
): string {
  const { hosts, network, user } = target.limits;
  const inputs = [
    LAYER_SCHEMA,
    imageIdentity(image.details),
    target.scripts,
    found.map(identityOf),
    digestValues(target.buildEnv),
    Object.keys(target.secrets).sort(),
    workspacePackage(target) ?? null,
    network,
    hosts,
    user ?? null,
    time,
  ];
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
}

function identityOf(entry: SourceEntry): readonly unknown[] {
  switch (entry.kind) {
    case "file":
      return [entry.path, entry.digest, entry.executable];
    case "symlink":
      return [entry.path, "→", entry.linkTarget];
    case "directory":
      return [entry.path];
    default:
      return entry satisfies never;
  }
}

/**
 * A variant that proves something about clean builds has a layer of its own, under a tag that goes with it; one that is
 * built on what is there has the app's.
 */
function layerTag(target: AppTarget, role: LayerRole, key: string): ImageReference {
  if (target.variantOf !== undefined && target.artifactsTag === undefined) {
    return deriveTag(target.tag, VARIANT_SUFFIX[role]);
  }
  const parsed = parseImageReference(`${LAYER_REPOSITORY}:${key.slice(0, TAG_DIGITS)}`);
  if ("problem" in parsed)
    throw new Error(`no tag for the layer of ${declaredName(target)}: ${parsed.problem}`);
  return parsed.reference;
}

const VARIANT_SUFFIX: Readonly<Record<LayerRole, string>> = {
  "build-image": DEPENDENCIES,
  "runtime-image": `runtime-${DEPENDENCIES}`,
};

/** Tags that a variant's own layers may have. */
export function variantLayerTags({ tag }: Pick<AppTarget, "tag">): readonly ImageReference[] {
  return Object.values(VARIANT_SUFFIX).map((suffix) => deriveTag(tag, suffix));
}

function withFolders(entries: readonly SourceEntry[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const { path } of entries) {
    for (let place = path; place !== "" && !paths.has(place); place = parentOf(place)) paths.add(place);
  }
  return paths;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
