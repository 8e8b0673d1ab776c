// The output of `git status` and `git ls-files`, parsed. Pure.

/** A file that is not as the index has it. */
export interface EditedFile {
  readonly path: string;
  /** Id of the object in the index. */
  readonly object: string;
}

export function parseStatus(output: string) {
  const edited: EditedFile[] = [];
  const staged: string[] = [];
  const untracked: string[] = [];
  let commit: string | undefined;
  let branch: string | undefined;
  for (const record of output.split("\0")) {
    const oid = /^# branch\.oid ([0-9a-f]+)$/.exec(record)?.[1];
    if (oid !== undefined) commit = oid;
    const head = /^# branch\.head ([\s\S]+)$/.exec(record)?.[1];
    // Of a branch with that very name, git prints the same.
    if (head !== undefined && head !== "(detached)") branch = head;
    if (record.startsWith("? ")) untracked.push(record.slice(2));
    // "1 XY SUB MODE MODE MODE HEAD INDEX PATH", and for an unmerged file one more mode and object.
    const fields = /^(?:1 (.)(.)(?: \S+){5} (\S+)|u (.)(.)(?: \S+){6} (\S+)(?: \S+)) ([\s\S]+)$/.exec(record);
    if (fields === null) continue;
    const [, x, y, object = "", unmerged, , , path = ""] = fields;
    if (unmerged !== undefined || y !== ".") edited.push({ path, object });
    if (unmerged !== undefined || x !== ".") staged.push(path);
  }
  return { commit, branch, edited, staged, untracked };
}

export interface IndexEntry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
  /** Left out of the work tree, or taken for unchanged. */
  readonly isHidden: boolean;
}

/** "H MODE OBJECT STAGE\tPATH"; "S" for a file that is left out, small letters for one assumed to be unchanged. */
export function parseIndex(output: string): readonly IndexEntry[] {
  return output.split("\0").flatMap((line) => {
    const [tag = "", mode = "", object = ""] = line.split(" ", 3);
    const tab = line.indexOf("\t");
    if (tab === -1) return [];
    return [{ mode, object, path: line.slice(tab + 1), isHidden: tag === "S" || /[a-z]/.test(tag) }];
  });
}
