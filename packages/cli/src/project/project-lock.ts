// The lock file of a project, and its effect on a session: refuse differing images, or only report them.
import { lockFile, readLock } from "@sti/config/load";
import {
  checkLock,
  type Facts,
  type Failure,
  failed,
  type Lock,
  type Result,
  refuseDrift,
  success,
  type TargetGraph,
} from "@sti/core";
import { isCi } from "../process/is-ci.ts";

export interface ProjectLock {
  /** Undefined where the config has no lock file. */
  readonly lock: Lock | undefined;
  /** Whether what differs from it is refused. */
  readonly frozen: boolean;
}

/** For use without a config, and so without a place for a lock file. */
export const NO_LOCK: ProjectLock = { lock: undefined, frozen: false };

/** `frozen`: value from the command line; default: in CI, where there is a lock file. */
export async function readProjectLock(
  directory: string,
  options: {
    readonly frozen?: boolean | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Promise<Result<ProjectLock>> {
  const file = lockFile(directory);
  const read = await readLock(file);
  if (!read.ok) return read;
  const lock = read.value;
  if (lock === undefined && options.frozen === true) return failed([{ code: "lock-missing", file }]);
  const frozen = options.frozen ?? isCi(options.env);
  return success({ lock, frozen: frozen && lock !== undefined });
}

/** Failures that keep a frozen session from starting; empty if nothing is frozen. */
export function refuseUnlocked(
  graph: TargetGraph,
  { frozen, lock }: ProjectLock,
  facts: Facts,
): readonly Failure[] {
  return frozen && lock !== undefined ? refuseDrift(checkLock(graph, { facts, lock })) : [];
}
