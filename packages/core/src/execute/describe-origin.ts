// The origin of a result that a session has just built, for the store.
import type { ResultBuilder, ResultOrigin } from "../store/result-origin.ts";
import type { Known } from "./plan-build.ts";
import type { Session } from "./session.ts";

/** `started`: of the build, milliseconds since 1970. */
export function describeOrigin(
  { located, snapshot }: Pick<Known, "located" | "snapshot">,
  made: { readonly by: ResultBuilder; readonly started: number },
  { clock, facts, toolVersion }: Pick<Session, "clock" | "facts" | "toolVersion">,
): () => Promise<ResultOrigin> {
  const built = clock.now();
  const { product, version } = facts.engine ?? {};
  return async () => {
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
  };
}
