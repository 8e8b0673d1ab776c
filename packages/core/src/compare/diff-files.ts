// Differences between the files of two images, as plain changes: in any order, without rules and without origins.
import type { FileEntry } from "./file-entry.ts";
import type { FileList } from "./image-files.ts";
import type { Change } from "./rule.ts";

/** The aspects of an entry that can differ. "entry": it is on one side only. */
export type FileAspect =
  | "entry"
  | "type"
  | "content"
  | "link target"
  | "device"
  | "mode"
  | "owner"
  | "attributes"
  | "hard link"
  | "mtime";

export function diffFiles(left: FileList, right: FileList): readonly Change[] {
  const changes: Change[] = [];
  for (const [path, entry] of left) {
    const other = right.get(path);
    if (other === undefined) changes.push(changeOf("entry", path, entry, undefined));
    else
      for (const aspect of aspectsThatDiffer(entry, other))
        changes.push(changeOf(aspect, path, entry, other));
  }
  for (const [path, entry] of right) {
    if (!left.has(path)) changes.push(changeOf("entry", path, undefined, entry));
  }
  return changes;
}

/** Whether two entries of one path are the same but for their times. */
export function areSameFile(left: FileEntry | undefined, right: FileEntry | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return aspectsThatDiffer(left, right).every((aspect) => aspect === "mtime");
}

/** Of two entries of different types, nothing else can be compared. */
function aspectsThatDiffer(left: FileEntry, right: FileEntry): readonly FileAspect[] {
  if (left.type !== right.type) return ["type"];
  return COMPARED.filter((aspect) => DESCRIBE[aspect](left) !== DESCRIBE[aspect](right));
}

const COMPARED: readonly FileAspect[] = [
  "content",
  "link target",
  "device",
  "mode",
  "owner",
  "attributes",
  "hard link",
  "mtime",
];

/** Texts that are equal exactly where the aspect is; null where the entry has nothing of the kind. */
const DESCRIBE: Readonly<Record<FileAspect, (entry: FileEntry) => string | null>> = {
  entry: describeEntry,
  type: describeEntry,
  content: ({ size, digest }) => (digest === undefined ? null : `${size} bytes, sha256:${digest}`),
  "link target": ({ linkTarget }) => linkTarget ?? null,
  device: ({ device }) => device ?? null,
  mode: ({ mode }) => formatMode(mode),
  owner: ({ uid, gid }) => `${uid}:${gid}`,
  attributes: ({ xattrs }) => xattrs?.join(" ") ?? null,
  "hard link": ({ hardLink }) => (hardLink === undefined ? null : `/${hardLink}`),
  mtime: ({ mtime }) => mtime?.toString() ?? null,
};

function describeEntry(entry: FileEntry): string {
  const { type, size, linkTarget, device, mode, uid, gid } = entry;
  const detail =
    size === undefined ? (linkTarget === undefined ? device : `to ${linkTarget}`) : `${size} bytes`;
  return [`${type} ${formatMode(mode)} ${uid}:${gid}`, ...(detail === undefined ? [] : [detail])].join(", ");
}

function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function changeOf(
  what: FileAspect,
  path: string,
  left: FileEntry | undefined,
  right: FileEntry | undefined,
): Change {
  const describe = (entry: FileEntry | undefined) => (entry === undefined ? null : DESCRIBE[what](entry));
  return {
    level: "files",
    what,
    path: `/${path}`,
    left: describe(left),
    right: describe(right),
    files: { left, right },
  };
}
