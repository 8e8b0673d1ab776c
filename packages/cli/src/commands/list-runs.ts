// The detached runs of this user, for completion in a shell.
import { detachedRuns } from "../remote/detached-runs.ts";
import { sanitizeLine } from "../render/sanitize.ts";

/** Newest first: the id, a tab and the command. */
export function listRuns(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return detachedRuns(env)
    .list()
    .map(({ command, id }) => `${id}\t${sanitizeLine(command)}`);
}
