// Whether a build can have the artifacts of the previous one, and which files of its source changed since. Pure.
import { declaredName } from "../definition/declared-name.ts";
import type { ImageReference } from "../definition/image-reference.ts";
import type { AppTarget } from "../definition/target.ts";
import type { ChangedFiles, SourceSnapshot } from "../source/source.ts";
import type { RecordedBuild, SourceFiles, TargetRecord } from "./build-record.ts";
import type { Facts, ImageFacts } from "./facts.ts";
import { foreignProgram } from "./foreign-program.ts";
import { LABEL } from "./labels.ts";
import { fingerprint } from "./source-files.ts";

export type Reuse =
  | {
      readonly kind: "incremental";
      /** The image whose save-artifacts is asked. */
      readonly previous: { readonly id: string; readonly short: string };
    }
  | {
      readonly kind: "clean";
      /** The reason, as in "clean: build image changed". */
      readonly reason: string;
      /** Whether `incremental: "required"` accepts it: there is nothing to reuse, or nothing is wanted. */
      readonly isExpected: boolean;
    };

/** The reason of clean builds of an image without the script. */
export const NO_SAVE_ARTIFACTS = "build image has no save-artifacts";

/** The reason of clean builds that have nothing to reuse. */
export const NO_PREVIOUS_IMAGE = "no previous image";

/** `record`: the target's build history here, if any. */
export function decideReuse(
  target: AppTarget,
  known: {
    readonly facts: Facts;
    readonly buildImage: { readonly identity: string | undefined; readonly facts: ImageFacts | undefined };
    readonly clean: boolean;
    readonly record: TargetRecord | undefined;
  },
): Reuse {
  const { buildImage, facts, record } = known;
  const clean = (reason: string, isExpected = false): Reuse => ({ kind: "clean", reason, isExpected });
  if (known.clean) return clean("asked for", true);
  if (target.incremental === false) return clean("incremental is off", true);

  const tag = previousTag(target);
  const previous = facts.images.get(tag.full);
  if (previous === undefined) return clean(NO_PREVIOUS_IMAGE, true);
  const { labels } = previous;
  if (labels[LABEL.managed] === undefined) return clean("previous image was not made by sti");
  if (labels[LABEL.target] !== declaredName(target))
    return clean(`previous image is of ${labels[LABEL.target]}`);
  if (labels[LABEL.stage] !== (target.buildTag === undefined ? "result" : "build")) {
    return clean("previous image is not of the same kind of build");
  }
  if (labels[LABEL.buildImageIdentity] !== buildImage.identity) return clean("build image changed");
  if (previous.digests.length > 0 && !wasMadeHere(record, previous.id)) {
    return clean("previous image came from a registry");
  }
  const script = buildImage.facts?.scripts["save-artifacts"];
  if (script !== undefined && script.state !== "present") return clean(NO_SAVE_ARTIFACTS, true);
  const foreign = script && foreignProgram(script, facts.engine?.architecture);
  if (foreign !== undefined) {
    const { architecture, engineArchitecture } = foreign;
    return clean(`save-artifacts is for ${architecture}, and the engine runs ${engineArchitecture}`);
  }
  return { kind: "incremental", previous: { id: previous.id, short: tag.short } };
}

/** The build that made an image, of those that are recorded. */
export function findBuild(record: TargetRecord | undefined, imageId: string): RecordedBuild | undefined {
  return record?.builds.find((build) => build.images.includes(imageId));
}

export function wasMadeHere(record: TargetRecord | undefined, imageId: string): boolean {
  return record?.builds.some((build) => build.isMadeHere && build.images.includes(imageId)) === true;
}

/** The tag of the image that has artifacts: in an extended build, the build stage. */
export function previousTag(target: AppTarget): ImageReference {
  return target.artifactsTag ?? target.buildTag ?? target.tag;
}

/**
 * The files that changed since the previous image was made; "all" when its source is not known. Tools that
 * compare times with restored artifacts then neither miss a change nor do everything again.
 */
export function findChangedFiles(
  snapshot: SourceSnapshot,
  previous: { readonly files: SourceFiles | undefined; readonly time: number },
): ChangedFiles {
  const { files, time } = previous;
  if (files === undefined) return { paths: "all", time };
  const changed = snapshot.entries.filter((entry) => files[entry.path] !== fingerprint(entry));
  return { paths: new Set(changed.map((entry) => entry.path)), time };
}
