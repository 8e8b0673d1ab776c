// A single file as a snapshot. A program or script can be executed inside the image whatever it was before.
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { SourceBinary } from "@sti/core";
import { digestFile } from "./digest-file.ts";
import { elfArchitecture } from "./elf-architecture.ts";
import { openFiles } from "./open-file.ts";
import { type FolderSnapshot, MOST_BYTES } from "./snapshot-folder.ts";
import { assembleSnapshot } from "./snapshot-stream.ts";

/** `start`: the file's first bytes. `name`: how it is called in the source. */
export async function snapshotFile(
  file: string,
  {
    name = basename(file),
    start,
    signal,
  }: {
    readonly name?: string;
    readonly start: Buffer;
    readonly signal: AbortSignal | undefined;
  },
): Promise<FolderSnapshot> {
  const read = await openFiles(() => digestFile(file, signal, { left: MOST_BYTES }));
  switch (read.kind) {
    case "too-large": {
      const { size } = await stat(file);
      return {
        problems: [{ code: "source-too-large", file, limit: MOST_BYTES, largest: [{ file, size }] }],
      };
    }
    case "changed":
      return { problems: [{ code: "source-changed", file }] };
    case "gone":
      return { problems: [{ code: "source-missing", file }] };
    case "unreadable":
      return { problems: [{ code: "source-unreadable", files: [file] }] };
    case "read": {
      const architecture = elfArchitecture(start);
      const isScript = start.toString("latin1", 0, 2) === "#!";
      const executable = read.executable || architecture !== undefined || isScript;
      const snapshot = assembleSnapshot({ kind: "file", file }, [
        { ...read, kind: "file", path: name, executable },
      ]);
      const binaries: readonly SourceBinary[] =
        architecture === undefined || architecture === "" ? [] : [{ path: name, architecture }];
      return { snapshot: { ...snapshot, binaries } };
    }
    default:
      return read satisfies never;
  }
}
