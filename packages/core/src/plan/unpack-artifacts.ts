// Shell commands for the tar stream of save-artifacts: unpacked in the container in which it is written, or kept there as
// a file that the next container unpacks. Pure.

/** Exit codes: nothing was saved, the output is no whole tar archive, the image has no tar. */
export const UNPACK_EXIT = { artifactsEmpty: 117, artifactsInvalid: 118, tarMissing: 119 } as const;

/** Exit codes of the container that unpacks the kept archive; each comes after a line with ARTIFACTS_MARK. */
export const RECEIVE_EXIT = { folderFilled: 114, unpackFailed: 115, removalFailed: 116 } as const;

/** Begins the last line that a container prints before it ends with one of these codes. */
export const ARTIFACTS_MARK = "sti: artifacts: ";

/** An archive of artifacts: the folder that it is kept in, and the one that it is unpacked into. */
export interface ReceivedArtifacts {
  readonly from: string;
  readonly to: string;
}

const ARCHIVE = "saved.tar";
const NAMES = "names";

/**
 * A subshell that ends with the script's exit code, or with one of ours. `script`: a word of shell.
 * tar rejects empty input, which is normal here: so the first byte is read before. Everything behind the end of the
 * archive is read, too, since the script would otherwise fail to write it.
 */
export function unpackingCommand(script: string, folder: string): string {
  const first = `${folder}/.sti-first`;
  const read = [
    `dd bs=1 count=1 of=${first} 2>/dev/null`,
    `if [ -s ${first} ]; then cat ${first} - | { tar -xof - -C ${folder}; code=$?; cat >/dev/null; exit $code; }; else exit 0; fi`,
  ].join("; ");
  return [
    "(",
    NEEDS_TAR,
    // Descriptor 3 leads to the value, past the pipe between the two: it gets the script's exit code.
    `saved=$( { { ${script} 3>&-; echo $? >&3; } | { ${read}; } >&2 3>&-; } 3>&1 ); unpacked=$?`,
    `rm -f ${first}`,
    `[ "$saved" = 0 ] || exit "\${saved:-1}"`,
    `[ $unpacked -eq 0 ] || ${REFUSE_ARCHIVE}`,
    `for found in ${anythingIn(folder)}; do ${EXISTS} && exit 0; done`,
    `exit ${UNPACK_EXIT.artifactsEmpty}`,
    ")",
  ].join("\n");
}

/** The same, but the checked archive stays in the folder as a file. `folder`: empty. */
export function keepingCommand(script: string, folder: string): string {
  return [
    "(",
    NEEDS_TAR,
    `${script} >${folder}/${ARCHIVE} || exit`,
    `[ -s ${folder}/${ARCHIVE} ] || exit ${UNPACK_EXIT.artifactsEmpty}`,
    // From a pipe: in a file, tar skips the content and does not notice where it ends.
    `cat ${folder}/${ARCHIVE} | tar -tf - >${folder}/${NAMES} || ${REFUSE_ARCHIVE}`,
    `while read -r name; do case "$name" in . | ./) ;; *) exit 0 ;; esac; done <${folder}/${NAMES}`,
    `exit ${UNPACK_EXIT.artifactsEmpty}`,
    ")",
  ].join("\n");
}

/**
 * One command that unpacks the archive, which is kept in `from`, into a folder of the container's own layer: there, moving
 * files out of it copies nothing.
 */
export function receivingCommand({ from, to }: ReceivedArtifacts): string {
  const { folderFilled, unpackFailed } = RECEIVE_EXIT;
  return [
    `{ for found in ${anythingIn(to)}; do ${EXISTS} && ${fail(`the build image has files in ${to}`, folderFilled)}; done`,
    `cat ${from}/${ARCHIVE} | tar -xof - -C ${to} || ${fail("they cannot be unpacked", unpackFailed)}; }`,
  ].join("; ");
}

/** Removes that folder with everything in it, so that nothing of it gets into the image. */
export function removingCommand(folder: string): string {
  return [
    // Files may be in folders that their owner may not write to.
    `rm -rf ${folder} 2>/dev/null || { chmod -R u+rwx ${folder}; rm -rf ${folder}; } 2>/dev/null`,
    `for found in ${anythingIn(folder)}; do ${EXISTS} && ${fail(`${folder} cannot be emptied`, RECEIVE_EXIT.removalFailed)}; done`,
  ].join("; ");
}

const NEEDS_TAR = `command -v tar >/dev/null || { echo "sti: there is no tar in the image" >&2; exit ${UNPACK_EXIT.tarMissing}; }`;
const REFUSE_ARCHIVE = `{ echo "sti: the output is no whole tar archive" >&2; exit ${UNPACK_EXIT.artifactsInvalid}; }`;
const EXISTS = `{ [ -e "$found" ] || [ -L "$found" ]; }`;

function anythingIn(folder: string): string {
  return `${folder}/* ${folder}/.[!.]* ${folder}/..?*`;
}

function fail(reason: string, code: number): string {
  return `{ echo "${ARTIFACTS_MARK}${reason}" >&2; exit ${code}; }`;
}
