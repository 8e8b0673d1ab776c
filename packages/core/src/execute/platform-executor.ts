// Builds the targets of a session by an executor for each platform.
import type { Target } from "../definition/target.ts";
import type { TargetFinished } from "./event.ts";
import type { Executor } from "./executor.ts";

/** `own`: of the platform of the engine, and of targets without platforms. `others`: by platform. */
export function createPlatformExecutor(own: Executor, others: ReadonlyMap<string, Executor>): Executor {
  const of = ({ platform }: Target) => (platform && others.get(platform.name)) ?? own;
  return {
    build: (node, given) => of(node.target).build(node, given),
    push: (target, image) => of(target).push(target, image),
    findStored: (target, image) => of(target).findStored(target, image),
    attest: (target, pushed) => of(target).attest(target, pushed),
    end: async (results: ReadonlyMap<string, TargetFinished>) => {
      const ends = [own, ...others.values()].map((executor) => executor.end(results));
      return (await Promise.all(ends)).flat();
    },
  };
}
