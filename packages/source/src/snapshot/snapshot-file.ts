// A single file as a snapshot. A program or script can be executed inside the image whatever it was before.
import { basename } from "node:path";
import { elfArchitecture, type SourceBinary } from "@sti/core";
import { entryOf } from "../disk/digest-file.ts";
import { createDiskView, type DiskView } from "../disk/disk-view.ts";
import { type FolderSnapshot, MOST_BYTES } from "./snapshot-folder.ts";
import { assembleSnapshot } from "./snapshot-stream.ts";

/** `start`: the file's first bytes. `name`: how it is called in the source. */
export async function snapshotFile(
  file: string,
  {
    name = basename(file),
    start,
    signal,
    view = createDiskView({ signal }),
  }: {
    readonly name?: string;
    readonly start: Buffer;
    readonly signal: AbortSignal | undefined;
    readonly view?: DiskView;
  },
): Promise<FolderSnapshot> {
  const read = await view.digest(view.file(file), MOST_BYTES);
  switch (read.kind) {
    case "too-large": {
      const { size } = read;
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
      const snapshot = assembleSnapshot({ kind: "file", file }, [entryOf({ ...read, executable }, name)]);
      const binaries: readonly SourceBinary[] =
        architecture === undefined || architecture === "" ? [] : [{ path: name, architecture }];
      return { snapshot: { ...snapshot, binaries } };
    }
    default:
      return read satisfies never;
  }
}
