// The parts of an app's source with their places, paths and addresses checked. Pure.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { checkInside } from "./check-path.ts";
import { findGitProblem, findRefProblem } from "./git-address.ts";
import type { WrittenSource } from "./schema.ts";
import type { SourceFrom, SourcePart } from "./target.ts";

interface Context {
  /** Place of the source in the config. */
  readonly path: ConfigPath;
  readonly allowOutside: boolean;
  /** Receives the problems. */
  readonly failures: Failure[];
}

export function resolveSource(written: WrittenSource, context: Context): readonly SourcePart[] {
  const { path, failures } = context;
  if (!Array.isArray(written)) return [{ from: resolveFrom(written, context), to: "", path }];
  const parts = written.map((part, index) => {
    const place = [...path, index];
    const to = cleanFolder(part.to ?? "");
    if (to === undefined) {
      failures.push({
        code: "config-invalid",
        path: [...place, "to"],
        message: "must be a folder inside the source: a relative path without '..'",
      });
    }
    const from = resolveFrom(part.from, { ...context, path: [...place, "from"] });
    return { from, to: to ?? "", path: [...place, "from"] };
  });
  const [, second] = parts.filter(({ from }) => from.kind === "workspace");
  if (second !== undefined) {
    const message = "is a second package of a workspace; a source has at most one";
    failures.push({ code: "config-invalid", path: second.path, message });
  }
  return parts;
}

function resolveFrom(
  written: Exclude<WrittenSource, readonly unknown[]>,
  { path, allowOutside, failures }: Context,
): SourceFrom {
  if (typeof written === "string") {
    if (!allowOutside) checkInside(written, path, failures);
    return { kind: "path", path: written };
  }
  if ("workspace" in written) {
    const { workspace, root } = written;
    if (root !== undefined && !allowOutside) checkInside(root, [...path, "root"], failures);
    return { kind: "workspace", package: workspace, root };
  }
  const refuse = (key: string, message: string | undefined) => {
    if (message !== undefined) failures.push({ code: "config-invalid", path: [...path, key], message });
  };
  const local = written.allowLocalGit === true;
  refuse("git", findGitProblem(written.git, { local }));
  if (written.ref !== undefined) refuse("ref", findRefProblem(written.ref));
  const dir = cleanFolder(written.dir ?? "");
  if (dir === undefined) refuse("dir", "must be a folder of the repository: a relative path without '..'");
  return {
    kind: "git",
    url: written.git,
    ref: written.ref,
    dir: dir ?? "",
    submodules: written.submodules === true,
    local,
  };
}

/** "" for the root; undefined for a path that is not relative, or climbs. */
function cleanFolder(written: string): string | undefined {
  if (/^[/~]|\\|^[A-Za-z]:/.test(written)) return undefined;
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}
