// A result that a session has just built, as it is added to the store.
import { pointerName } from "../definition/declared-name.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { ImageStage } from "../plan/step.ts";
import type { ResultBuilder } from "../store/result-origin.ts";
import type { Known } from "./plan-build.ts";
import type { Session } from "./session.ts";
import type { NewResult } from "./store-writer.ts";

/** `started`: of the build, milliseconds since 1970. */
export function newResult(
  { target }: TargetNode,
  known: Pick<Known, "decision" | "facts" | "located" | "snapshot">,
  made: {
    readonly images: ReadonlyMap<ImageStage, string>;
    readonly by: ResultBuilder;
    readonly started: number;
  },
  { clock, facts, toolVersion }: Pick<Session, "clock" | "facts" | "toolVersion">,
): NewResult {
  const built = clock.now();
  const { product, version } = facts.engine ?? {};
  const { decision, located, snapshot } = known;
  const isAsked = target.kind === "app" && target.incremental !== false && savesArtifacts(known);
  const stage = target.kind === "app" && target.buildTag !== undefined ? "build" : "result";
  return {
    key: decision.key,
    images: made.images,
    ...(isAsked ? { artifacts: { target: pointerName(target), stage } } : {}),
    origin: async () => {
      // Only a source without changes has one. Git may take as long as the build, so it is awaited here.
      const { checkout } = await located;
      const commit = (checkout ?? snapshot.revision)?.commit;
      return {
        by: made.by,
        built,
        duration: Math.max(0, built - made.started),
        ...(commit === undefined ? {} : { commit }),
        toolVersion,
        engine: [product ?? "engine", ...(version === undefined ? [] : [version])].join(" "),
      };
    },
  };
}

/** Whether builds on this build image leave artifacts for the next one. */
export function savesArtifacts({ facts }: Pick<Known, "facts">): boolean {
  return facts[0]?.scripts["save-artifacts"].state === "present";
}
