// A machine with an empty engine and a user of its own, as the benchmark of the store uses it.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { removeImagesOf } from "@sti/testing/remove-images";
import type { BenchContext } from "./bench-context.ts";
import type { Contender, Figures } from "./measure.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";

/** First part of all tags. */
export const REPOSITORY = "sti-bench-store";

/** A project with a store of its own. */
export interface ProjectContext extends Omit<BenchContext, "part" | "rounds"> {
  readonly folder: string;
  readonly store: string;
  readonly rounds: number;
}

export type StoreMachine = ReturnType<typeof createStoreMachine>;

export function createStoreMachine({
  folder,
  cache = join(folder, "cache"),
  host,
  signal,
}: Pick<BenchContext, "host" | "signal"> & { readonly folder: string; readonly cache?: string }) {
  const timed = (args: readonly string[], engine = host) =>
    timeCommand({
      command: stiCommand(...args),
      cwd: folder,
      env: { DOCKER_HOST: engine, XDG_CACHE_HOME: cache, CI: undefined },
      signal,
    });
  const empty = async () => await removeImagesOf({ host }, REPOSITORY);
  const forget = (path: string) => async () => {
    await empty();
    rmSync(path, { recursive: true, force: true });
  };
  const run = async (...args: readonly string[]): Promise<Figures> => {
    const { figures } = await timed(["run", ...args]);
    return figures;
  };
  return {
    run,
    empty,
    /** Nothing is known of the project; the program is compiled. */
    forgetProject: forget(join(cache, "sti", "projects")),
    forgetAll: forget(cache),
    contender: (name: string, args: readonly string[], prepare: () => Promise<void> | void): Contender => ({
      name,
      prepare,
      run: () => run(...args),
    }),
    /** References of all images, by digest. */
    listStored: async () => {
      const { stdout } = await timed(["cache", "ls", "--json"]);
      const { kept, repository } = JSON.parse(stdout) as {
        readonly repository: string;
        readonly kept: readonly { readonly digest: string }[];
      };
      return kept.map(({ digest }) => `${repository}@${digest}`);
    },
  };
}
