// Shell commands that unpack a script's tar stream into a folder, in the container in which it is written. Pure.

/** Exit codes: nothing was saved, the output is no whole tar archive, the image has no tar. */
export const UNPACK_EXIT = { artifactsEmpty: 117, artifactsInvalid: 118, tarMissing: 119 } as const;

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
    `command -v tar >/dev/null || { echo "sti: there is no tar in the image" >&2; exit ${UNPACK_EXIT.tarMissing}; }`,
    // Descriptor 3 leads to the value, past the pipe between the two: it gets the script's exit code.
    `saved=$( { { ${script} 3>&-; echo $? >&3; } | { ${read}; } >&2 3>&-; } 3>&1 ); unpacked=$?`,
    `rm -f ${first}`,
    `[ "$saved" = 0 ] || exit "\${saved:-1}"`,
    `[ $unpacked -eq 0 ] || { echo "sti: the output is no whole tar archive" >&2; exit ${UNPACK_EXIT.artifactsInvalid}; }`,
    `for found in ${folder}/* ${folder}/.[!.]* ${folder}/..?*; do [ -e "$found" ] || [ -L "$found" ] && exit 0; done`,
    `exit ${UNPACK_EXIT.artifactsEmpty}`,
    ")",
  ].join("\n");
}
