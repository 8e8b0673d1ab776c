// The user's names of a source's files: their paths from the config's folder, if they are there at all. Pure.
import type { SourcePart, Target } from "../definition/target.ts";
import type { SourceOrigin, SourceSnapshot } from "../source/source.ts";

/** From a path inside the source. Files of archives and commits are called by that path itself. */
export function nameFiles(target: Target, snapshot: SourceSnapshot): (path: string) => string {
  if (target.kind === "image") return (path) => below(target.context, path);
  const { origin } = snapshot;
  const parts = target.source.map((part, index) => ({
    part,
    snapshot: origin.kind === "parts" ? origin.parts[index]?.snapshot : snapshot,
  }));
  return (path) => {
    const reached = parts.filter(({ part }) => part.to === "" || path.startsWith(`${part.to}/`));
    // A file that is gone may have been in any of them: most likely in the one whose own folder it was in.
    const found =
      reached.length < 2
        ? reached[0]
        : (reached.find(({ part, snapshot }) => has(snapshot, inside(part, path))) ??
          reached.sort((a, b) => b.part.to.length - a.part.to.length)[0]);
    return found === undefined ? path : name(found.part, found.snapshot?.origin, path);
  };
}

/** An image entry's Dockerfile. */
export function nameDockerfile(target: Target): string {
  return target.kind === "image" ? below(target.context, target.dockerfile) : "Dockerfile";
}

function name({ from, to }: SourcePart, origin: SourceOrigin | undefined, path: string): string {
  if (from.kind !== "path") return path;
  if (origin?.kind === "file") return isAbsolute(from.path) ? path : tidy(from.path);
  return origin?.kind === "folder" ? below(from.path, inside({ to }, path)) : path;
}

function inside({ to }: Pick<SourcePart, "to">, path: string): string {
  return to === "" ? path : path.slice(to.length + 1);
}

function has(snapshot: SourceSnapshot | undefined, path: string): boolean {
  return snapshot?.entries.some((entry) => entry.path === path) === true;
}

/** Paths of this machine are named in no record: another checkout may have it. */
function below(folder: string, path: string): string {
  if (isAbsolute(folder)) return path;
  const root = tidy(folder);
  return root === "" ? path : `${root}/${path}`;
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
}

function tidy(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
