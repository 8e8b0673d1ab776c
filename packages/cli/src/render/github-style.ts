// A log for GitHub Actions: targets that succeeded are folded, failed ones are not and get annotations as well; output
// of builds is never taken for a workflow command.
import { randomUUID } from "node:crypto";
import { describeFailure, type Failure, type Location } from "@sti/core";
import type { GroupStyle } from "./grouped-renderer.ts";
import { formatFile } from "./print-failure.ts";
import { breakInnerCommands } from "./sanitize.ts";

/** `root`: files in annotations are relative to it. `newToken`: for tests. */
export function githubStyle({
  root,
  newToken = randomUUID,
}: {
  readonly root: string;
  readonly newToken?: () => string;
}): GroupStyle {
  /** Between these lines nothing is a command but the token, which cannot be guessed. */
  const quoted = (lines: readonly string[]) => {
    if (lines.length === 0) return [];
    const token = newToken();
    return [`::stop-commands::${token}`, ...lines, `::${token}::`];
  };
  const annotate = (title: string, failure: Failure) => {
    const { detail, hint, summary } = describeFailure(failure, (file) => formatFile(file, root));
    const location = "location" in failure ? failure.location : undefined;
    const place = location === undefined ? "" : placeOf(location, root);
    const text = [summary, detail, hint === undefined ? undefined : `hint: ${hint}`]
      .filter((line) => line !== undefined)
      .join("\n");
    return `::error ${place}title=${escapeProperty(title)}::${escapeData(text)}`;
  };
  return {
    // Its own words begin it, so that no "::" of others does.
    line: breakInnerCommands,
    folded: ({ header, output }) =>
      output.length === 0 ? [header] : [`::group::${header}`, ...quoted(output), "::endgroup::"],
    open: ({ header, output }) => [header, ...quoted(output)],
    quoted,
    end: (session, { failures }) => [
      ...[...session.ended.failed.values()].flatMap(({ failure, otherFailures = [], reason, target }) =>
        failure === undefined
          ? [`::error title=${escapeProperty(target)}::${escapeData(reason)}`]
          : [failure, ...otherFailures].map((one) => annotate(`${target} failed`, one)),
      ),
      ...failures.map((failure) => annotate("sti", failure)),
    ],
  };
}

function placeOf({ column, file, line }: Location, root: string): string {
  return `file=${escapeProperty(formatFile(file, root))},line=${line},col=${column},`;
}

function escapeData(text: string): string {
  return breakInnerCommands(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
