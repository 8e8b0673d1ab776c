// One selector of the command line, taken apart: which targets it names, and whether it means those around them too.
// The syntax is turbo's: `api...`, `...^api`, `!web`, `{./services}`, `[main]`. Pure.

/** Whether the targets on one side of the named ones are meant: not, too, or in their place. */
export type Kin = "none" | "with" | "instead";

/** Commits between which something changed. */
export interface CommitRange {
  readonly from: string;
  /** Undefined for the present work tree. */
  readonly to: string | undefined;
}

/** A condition for targets; each part that is set must match. */
export interface Condition {
  /** With `*` for any characters and `?` for one. */
  readonly name?: string;
  /** Pattern for the tag of its image. */
  readonly tag?: string;
  /** Name of a label, and a pattern for its value. */
  readonly label?: { readonly name: string; readonly value: string };
  /** Group of the config that it is in. */
  readonly group?: string;
  /** Folder that its source lies in, relative to the config; `**` goes through folders. */
  readonly folder?: string;
  readonly range?: CommitRange;
}

export interface Selector {
  readonly written: string;
  /** Takes away instead of adding. */
  readonly isExcluded: boolean;
  readonly condition: Condition;
  readonly dependencies: Kin;
  readonly dependents: Kin;
}

export function parseSelector(
  written: string,
): { readonly selector: Selector } | { readonly problem: string } {
  const isExcluded = written.startsWith("!");
  let rest = isExcluded ? written.slice(1) : written;
  const dependents = rest.startsWith("...^") ? "instead" : rest.startsWith("...") ? "with" : "none";
  rest = rest.slice({ instead: 4, with: 3, none: 0 }[dependents]);
  const dependencies = rest.endsWith("^...") ? "instead" : rest.endsWith("...") ? "with" : "none";
  rest = rest.slice(0, rest.length - { instead: 4, with: 3, none: 0 }[dependencies]);
  const match = /^(?<name>[^{}[\]]*)(?:\{(?<folder>[^{}]*)\})?(?:\[(?<range>[^[\]]*)\])?$/.exec(rest);
  const { name = "", folder, range } = match?.groups ?? {};
  if (match === null || rest === "")
    return { problem: "is not NAME, {FOLDER} or [COMMIT], or these together" };
  if (name.includes("...")) return { problem: "has dots in the middle; put them before or after a name" };
  if (folder !== undefined && cleanFolder(folder) === undefined) {
    return { problem: "must name a folder relative to the config, one that does not climb out" };
  }
  const commits = range === undefined ? undefined : parseRange(range);
  if (commits !== undefined && "problem" in commits) return commits;
  return {
    selector: {
      written,
      isExcluded,
      dependencies,
      dependents,
      condition: {
        ...parseName(name),
        ...(folder === undefined ? {} : { folder: cleanFolder(folder) as string }),
        ...(commits === undefined ? {} : { range: commits }),
      },
    },
  };
}

function parseName(name: string): Condition {
  if (name === "") return {};
  if (name.startsWith("group:")) return { group: name.slice("group:".length) };
  if (name.startsWith("tag:")) return { tag: name.slice("tag:".length) };
  if (!name.startsWith("label:")) return { name };
  const [label = "", ...value] = name.slice("label:".length).split("=");
  return { label: { name: label, value: value.length === 0 ? "*" : value.join("=") } };
}

function parseRange(range: string): CommitRange | { readonly problem: string } {
  const [from = "", to, ...more] = range.split("...");
  if (more.length > 0 || from === "" || to === "")
    return { problem: "must have [COMMIT] or [COMMIT...COMMIT]" };
  const wrong = [from, to].find((commit) => commit?.startsWith("-"));
  return wrong === undefined ? { from, to } : { problem: `has ${wrong}, expected a commit` };
}

/** "" for the config's own folder; undefined for a path that is not relative, or climbs. */
function cleanFolder(written: string): string | undefined {
  if (/^[/~]|\\|^[A-Za-z]:/.test(written)) return undefined;
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}
