// Prints reasons why targets are built or not. Pure.
import { styleText } from "node:util";
import {
  type Cause,
  type ComparedInputs,
  describeCause,
  describeCauses,
  type TargetWhy,
  type WhyDocument,
} from "@sti/core";
import { formatTime, shortKey } from "../render/format-moment.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { describeStoredBuild, describeTools } from "./describe-origin.ts";

/** Number of names listed per kind. */
const NAMED = 8;
/** As much of an image's id as the docker command shows. */
const ID_LENGTH = 12;

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

/** `isOlder`: compared with a build that was asked for, and not with the one that made the image. */
export function printWhy(
  { targets }: WhyDocument,
  { isOlder, stream }: { readonly isOlder: boolean; readonly stream: NodeJS.WriteStream },
): string {
  const style: Style = (format, text) => styleText(format, text, { stream });
  return `${targets.map((why) => printTarget(why, { isOlder, style })).join("\n\n")}\n`;
}

function printTarget(
  why: TargetWhy,
  { isOlder, style }: { readonly isOlder: boolean; readonly style: Style },
): string {
  const { against, changes, decision } = why;
  const { mark, words } = describeDecision(why, { isOlder, style });
  const head = `${mark} ${style("bold", why.name)}  ${why.tag}  ${words}`;
  const lines = (causes: readonly Cause[]) =>
    causes.map((cause) => `    ${sanitizeLine(describeCause(cause, true))}`);
  const dim = (text: string) => style("dim", `    ${sanitizeLine(text)}`);
  if (isOlder) {
    if (against === null) return [head, dim("no such build of it is recorded")].join("\n");
    const differing = changes === null || changes.length === 0 ? [dim("nothing differs")] : lines(changes);
    return [head, dim(`compared with ${describeBuild(why)}:`), ...differing].join("\n");
  }
  const stored = storedLines(why).map(dim);
  if (decision.kind === "up-to-date") {
    const made = against?.build?.causes ?? [];
    return [
      head,
      ...stored,
      ...(made.length === 0 ? [] : [dim(`it was built then, because: ${describeCauses(made)}`)]),
      dim(`compared: ${describeInputs(why.compared)}`),
    ].join("\n");
  }
  const since = against === null ? [] : [dim(`compared with ${describeBuild(why)}`)];
  return [head, ...stored, ...lines(decision.causes), ...since].join("\n");
}

/** The build of the result in the shared store. */
function storedLines({ decision, stored }: TargetWhy): readonly string[] {
  if (stored === undefined || stored === null || decision.kind === "open") return [];
  const { origin } = stored;
  return [
    describeStoredBuild(stored, decision.key),
    ...(origin === undefined ? [] : [describeTools(origin)]),
  ];
}

function describeDecision(
  { against, decision, stored }: TargetWhy,
  { isOlder, style }: { readonly isOlder: boolean; readonly style: Style },
): { readonly mark: string; readonly words: string } {
  switch (decision.kind) {
    case "up-to-date": {
      const build = against?.build ?? undefined;
      const since = isOlder
        ? ""
        : build === undefined
          ? "; no record of its build here"
          : build.isMadeHere
            ? ` since ${formatTime(build.time)}`
            : build.isRestored === true
              ? `; restored from the shared store on ${formatTime(build.time)}`
              : `; it was built elsewhere, and found here on ${formatTime(build.time)}`;
      return { mark: style("green", "●"), words: `up to date${since}` };
    }
    case "build":
      if (stored !== undefined && stored !== null)
        return { mark: style("cyan", "◆"), words: "would be restored from the shared store:" };
      return { mark: style("cyan", "▶"), words: "would be built:" };
    case "open":
      return { mark: style("yellow", "◌"), words: describeOpen(decision, against !== null) };
    default:
      return decision satisfies never;
  }
}

function describeOpen(
  { causes, reason }: Extract<TargetWhy["decision"], { kind: "open" }>,
  isKnown: boolean,
): string {
  if (causes.length > 0) return `open: ${reason}; known already:`;
  return isKnown ? `open: ${reason}; nothing else differs` : `open: ${reason}; no build of it is recorded`;
}

function describeBuild({ against }: TargetWhy): string {
  if (against === null) return "";
  const time = against.build === null ? "" : ` of ${formatTime(against.build.time)}`;
  return `the build${time}, key ${shortKey(against.key)}`;
}

function describeInputs(compared: ComparedInputs): string {
  const files = `${compared.files} ${compared.files === 1 ? "file" : "files"}`;
  const images = compared.images.map(({ id, name }) => `${name} ${shortId(id)}`);
  const lists = (["dependsOn", "env", "buildEnv", "args", "secrets", "labels"] as const).flatMap((kind) =>
    compared[kind].length === 0 ? [] : [`${kind} ${list(compared[kind])}`],
  );
  return [files, ...images, ...lists].join(" · ");
}

function list(names: readonly string[]): string {
  const more = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, ID_LENGTH);
}
