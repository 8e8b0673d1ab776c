// Whether a build can have the artifacts of the previous one, and which files of its source changed since. Pure.
import type { ImageReference } from "../definition/image-reference.ts";
import type { AppTarget } from "../definition/target.ts";
import type { ChangedFiles, SourceEntry, SourceSnapshot } from "../source.ts";
import type { Facts, ImageFacts } from "./facts.ts";
import { LABEL } from "./labels.ts";

/** What is remembered of how an image of a target was made. */
export interface TargetRecord {
  readonly schemaVersion: 1;
  readonly target: string;
  /** Ids of the images that were made: the result, and the build half of an extended build. */
  readonly images: readonly string[];
  /** Fingerprint of each file and link of the source, by path. */
  readonly files: Readonly<Record<string, string>>;
}

export type Reuse =
  | {
      readonly kind: "incremental";
      /** The image whose save-artifacts is asked. */
      readonly previous: { readonly id: string; readonly short: string };
    }
  | {
      readonly kind: "clean";
      /** Why, as in "clean: build image changed". */
      readonly reason: string;
      /** Whether `incremental: "required"` accepts it: there is nothing to reuse, or nothing is wanted. */
      readonly isExpected: boolean;
    };

/** `record`: of the target's last build from here, if there is one. */
export function decideReuse(
  target: AppTarget,
  known: {
    readonly facts: Facts;
    readonly buildImage: { readonly id: string; readonly facts: ImageFacts | undefined };
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
  if (previous === undefined) return clean("no previous image", true);
  const { labels } = previous;
  if (labels[LABEL.managed] === undefined) return clean("previous image was not made by sti");
  if (labels[LABEL.target] !== target.name) return clean(`previous image is of ${labels[LABEL.target]}`);
  if (labels[LABEL.half] !== (target.buildTag === undefined ? "result" : "build")) {
    return clean("previous image is not of the same kind of build");
  }
  if (labels[LABEL.buildImageId] !== buildImage.id) return clean("build image changed");
  if (previous.digests.length > 0 && record?.images.includes(previous.id) !== true) {
    return clean("previous image came from a registry");
  }
  const script = buildImage.facts?.scripts["save-artifacts"];
  if (script !== undefined && script.state !== "present")
    return clean("build image has no save-artifacts", true);
  return { kind: "incremental", previous: { id: previous.id, short: tag.short } };
}

/** The tag of the image that has artifacts: in an extended build, the build half. */
function previousTag(target: AppTarget): ImageReference {
  return target.buildTag ?? target.tag;
}

/** Everything that tells one version of an entry from another. */
function fingerprint(entry: SourceEntry): string {
  switch (entry.kind) {
    case "file":
      return `${entry.digest}${entry.executable ? "x" : ""}`;
    case "symlink":
      return `→${entry.linkTarget}`;
    case "directory":
      return "/";
    default:
      return entry satisfies never;
  }
}

export function recordFiles(snapshot: SourceSnapshot): Readonly<Record<string, string>> {
  return Object.fromEntries(snapshot.entries.map((entry) => [entry.path, fingerprint(entry)]));
}

/**
 * The files that changed since the previous image was made; "all" when its record is not at hand. Tools that
 * compare times with restored artifacts then neither miss a change nor do everything again.
 */
export function findChangedFiles(
  snapshot: SourceSnapshot,
  previous: { readonly id: string; readonly record: TargetRecord | undefined; readonly time: number },
): ChangedFiles {
  const { id, record, time } = previous;
  if (record?.images.includes(id) !== true) return { paths: "all", time };
  const changed = snapshot.entries.filter((entry) => record.files[entry.path] !== fingerprint(entry));
  return { paths: new Set(changed.map((entry) => entry.path)), time };
}
