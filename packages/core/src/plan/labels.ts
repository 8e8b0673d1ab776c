// The labels of the images that sti makes. Nothing that differs from run to run may be among them.
import type { AppTarget, ImageTarget } from "../definition/target.ts";
import type { SourceRevision } from "../source.ts";

export const LABEL = {
  managed: "sti.managed",
  target: "sti.target",
  kind: "sti.kind",
  key: "sti.key",
  method: "sti.method",
  half: "sti.half",
  /** Of a volume that is a cache: its id. */
  cache: "sti.cache",
  buildImage: "sti.build-image",
  buildImageId: "sti.build-image-id",
} as const;

/** Labels of an app's image. */
export function appLabels(
  target: AppTarget,
  made: {
    readonly key: string;
    readonly half: "build" | "result";
    readonly buildImage: { readonly short: string; readonly id: string };
    readonly base: { readonly short: string; readonly id: string };
    readonly revision: SourceRevision | undefined;
  },
): Readonly<Record<string, string>> {
  return {
    ...target.labels,
    "org.opencontainers.image.title": target.name,
    ...(made.revision?.url === undefined ? {} : { "org.opencontainers.image.source": made.revision.url }),
    ...(made.revision === undefined ? {} : { "org.opencontainers.image.revision": made.revision.commit }),
    "org.opencontainers.image.base.name": made.base.short,
    "org.opencontainers.image.base.digest": made.base.id,
    [LABEL.managed]: "1",
    [LABEL.target]: target.name,
    [LABEL.kind]: target.kind,
    [LABEL.key]: made.key,
    [LABEL.method]: target.method,
    [LABEL.half]: made.half,
    [LABEL.buildImage]: made.buildImage.short,
    [LABEL.buildImageId]: made.buildImage.id,
  };
}

/** Labels of an image entry's image. */
export function imageEntryLabels(target: ImageTarget, key: string): Readonly<Record<string, string>> {
  return {
    ...target.labels,
    [LABEL.managed]: "1",
    [LABEL.target]: target.name,
    [LABEL.kind]: target.kind,
    [LABEL.key]: key,
  };
}
