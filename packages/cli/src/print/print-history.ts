// The recorded builds of targets, for people and as JSON for programs. Pure.
import { styleText } from "node:util";
import { describeRecordedBuild, type RecordedBuild } from "@sti/core";
import { formatTime, shortKey } from "../render/format-moment.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface History {
  readonly name: string;
  /** Newest first. */
  readonly builds: readonly RecordedBuild[];
}

/** A number is how many builds ago a build was, as --against takes it. */
export function printHistory(histories: readonly History[], stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const blocks = histories.map(({ builds, name }) => {
    const lines = builds.map((build, ago) => {
      const when = `${String(ago).padStart(4)}  ${formatTime(build.time)}  ${shortKey(build.key)}`;
      return `${style("dim", when)}  ${sanitizeLine(describeRecordedBuild(build))}`;
    });
    return [style("bold", name), ...(lines.length === 0 ? ["  no build is recorded here"] : lines)].join(
      "\n",
    );
  });
  return `${blocks.join("\n\n")}\n`;
}

/** Output of `sti why --history --json`. */
export interface HistoryDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly targets: readonly {
    readonly name: string;
    /** Newest first. */
    readonly builds: readonly (RecordedBuild & { readonly reason: string })[];
  }[];
}

export function toHistoryDocument(histories: readonly History[]): HistoryDocument {
  return {
    schemaVersion: 1,
    targets: histories.map(({ builds, name }) => ({
      name,
      builds: builds.map((build) => ({ ...build, reason: describeRecordedBuild(build) })),
    })),
  };
}
