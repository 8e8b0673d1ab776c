// The words for why a target is built.
import type { RecordedBuild } from "./build-record.ts";
import type { Cause, FilesCause, RootCause, VariableKind } from "./cause.ts";

/** Number of causes on one line. */
const ON_A_LINE = 3;
/** The least that is shown of an image's id. */
const SHORT_ID = 4;

/** All causes in one line: "src/x.ts edited · env FOO changed". Consequences of another cause are left out. */
export function describeCauses(all: readonly Cause[]): string {
  const causes = all.filter((cause) => !isImplied(cause, all));
  const shown = causes.slice(0, causes.length === ON_A_LINE + 1 ? ON_A_LINE + 1 : ON_A_LINE);
  const more = causes.length - shown.length;
  return [...shown.map((cause) => describeCause(cause)), ...(more > 0 ? [`and ${more} more`] : [])].join(
    " · ",
  );
}

/** `detail`: names all files that the cause has, and more of an id. */
export function describeCause(cause: Cause, detail = false): string {
  switch (cause.kind) {
    case "image-missing":
      return cause.wasBuiltHere ? "its image is gone from the engine" : "no image has its tag";
    case "image-foreign":
      return cause.target === null
        ? "the image with its tag was not made by sti"
        : `the image with its tag is of target ${cause.target}`;
    case "build-half-missing":
      return `${cause.tag} is missing`;
    case "forced":
      return "forced";
    case "inputs-changed":
      return detail ? "its inputs changed; no record of the build of its image" : "its inputs changed";
    case "files":
      return describeFiles(cause, detail);
    case "source-changed":
      return "its source changed";
    case "dockerfile-edited":
      return `${cause.file} edited`;
    case "variable-changed":
      return `${nouns[cause.of]} ${cause.name} ${cause.change}`;
    case "field-changed":
      return describeValues(cause.field, cause.from, cause.to);
    case "image-moved":
      return `${cause.image} moved ${describeIds(cause.from, cause.to, detail)}`;
    case "target-changed": {
      const ids = detail ? ` ${describeIds(cause.from, cause.to, detail)}` : "";
      return `${cause.target} changed${ids}${describeRoot(cause.target, cause.because)}`;
    }
    case "target-pending":
      return `${cause.target} is built first${describeRoot(cause.target, cause.because)}`;
    case "dependency":
      return `dependsOn ${cause.target} ${cause.change}`;
    case "time-changed":
      return describeValues("SOURCE_DATE_EPOCH", textOf(cause.from), textOf(cause.to));
    case "schema-changed":
      return `made by another version of sti, whose images differ (${cause.from}→${cause.to})`;
    default:
      return cause satisfies never;
  }
}

/** A target changed because of another one that is among the causes itself. */
function isImplied(cause: Cause, causes: readonly Cause[]): boolean {
  if (cause.kind !== "target-changed" && cause.kind !== "target-pending") return false;
  const root = cause.because?.target;
  return (
    root !== undefined &&
    root !== cause.target &&
    causes.some((other) => other.kind === cause.kind && other.target === root)
  );
}

const nouns: Readonly<Record<VariableKind, string>> = {
  env: "env",
  buildEnv: "buildEnv",
  args: "arg",
  secrets: "secret",
  labels: "label",
  git: "git",
};

function describeFiles(cause: FilesCause, detail: boolean): string {
  const again = cause.dependencies === true ? ": dependencies installed again" : "";
  return `${describeChange(cause, detail)}${again}`;
}

function describeChange({ change, count, files }: FilesCause, detail: boolean): string {
  const [first = ""] = files;
  const named = detail || count <= 2 ? files : [first];
  const names = join(named, count - named.length);
  switch (change) {
    case "edited":
    case "added":
    case "removed":
      return `${names} ${change}`;
    case "made-executable":
      return `${names} made executable`;
    case "made-plain":
      return `${names} no longer executable`;
    case "link-changed":
      return `${count === 1 ? "link" : "links"} ${names} changed`;
    case "replaced":
      return `${names} replaced by something else`;
    default:
      return change satisfies never;
  }
}

/** "a", "a and b", "a, b and c", "a, b and 4 more". */
function join(names: readonly string[], more: number): string {
  const all = more > 0 ? [...names, `${more} more`] : names;
  const last = all.at(-1) ?? "";
  return all.length < 2 ? last : `${all.slice(0, -1).join(", ")} and ${last}`;
}

function describeRoot(target: string, root: RootCause | null): string {
  if (root === null) return "";
  const whose = root.target === target ? "" : `${root.target}: `;
  const more = root.more === 0 ? "" : ` · and ${root.more} more`;
  return ` (${whose}${describeCause(root.cause)}${more})`;
}

function describeValues(name: string, from: string | null, to: string | null): string {
  if (from === null) return `${name} set to ${to}`;
  if (to === null) return `${name} no longer set, was ${from}`;
  return `${name} changed ${from}→${to}`;
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value);
}

/** As short as the two can be distinguished. */
function describeIds(from: string, to: string, detail: boolean): string {
  const [old, fresh] = [from.replace(/^sha256:/, ""), to.replace(/^sha256:/, "")];
  let length = detail ? 12 : SHORT_ID;
  while (old.slice(0, length) === fresh.slice(0, length) && length < old.length) length += 1;
  return `${old.slice(0, length)}→${fresh.slice(0, length)}`;
}

/** The reason of a recorded build: "src/main.ts edited". */
export function describeRecordedBuild({ causes, isMadeHere }: RecordedBuild): string {
  return isMadeHere ? describeCauses(causes) : "found up to date, built elsewhere";
}
