// Reads a source that another machine has packed: everything in it, by no rules of its own.
import type { SourceSnapshot } from "@sti/core";
import { createIgnoreMatcher } from "../ignore/ignore.ts";
import { snapshotStream } from "./snapshot-stream.ts";
import { withTexts } from "./source-texts.ts";

/** `file`: a tar.zst, which has to stay as long as the source is used. */
export async function readPackedSource(
  file: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ readonly snapshot: SourceSnapshot } | { readonly problem: string }> {
  const rules = { files: [], create: () => ({ matcher: createIgnoreMatcher([]) }) };
  const read = await snapshotStream(
    { kind: "archive", file, format: "tar.zst" },
    { file: "source", rules, signal },
  );
  if ("problems" in read) return { problem: read.problems.map(({ code }) => code).join(", ") };
  const described = await withTexts(read.snapshot);
  return "snapshot" in described ? described : { problem: described.problem.code };
}
