// The build of an image entry: the user's own Dockerfile, sent with its context.
import type { ImageTarget } from "../definition/target.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { imageEntryLabels } from "./labels.ts";
import { proofInstruction } from "./proof.ts";
import { endStageWith } from "./stage-end.ts";
import type { Step } from "./step.ts";

export function planImageEntry(build: {
  readonly target: ImageTarget;
  readonly key: string;
  readonly snapshot: SourceSnapshot;
  /** The user's. */
  readonly dockerfile: Dockerfile;
  readonly noCache: boolean;
}): readonly Step[] {
  const { key, snapshot, target } = build;
  const text = endStageWith(build.dockerfile, { instruction: proofInstruction(key), stage: target.stage });
  return [
    {
      kind: "build-image",
      stage: "result",
      title: `${target.context.replace(/\/+$/, "")}/${target.dockerfile}`,
      // No file of the context can have this name, since it holds the context's own digest.
      dockerfile: { path: `.sti-${snapshot.digest.slice(0, 24)}.Dockerfile`, text },
      parts: [{ kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } }],
      buildArgs: target.args,
      labels: imageEntryLabels(target, key),
      dockerfileStage: target.stage,
      network: "default",
      hosts: [],
      timeout: undefined,
      secrets: [],
      noCache: build.noCache,
      keepsSteps: true,
    },
    { kind: "tag-image", stage: "result", reference: target.tag.full, tag: target.tag.short },
  ];
}
