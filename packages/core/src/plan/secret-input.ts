// Secrets reach a container through its standard input, into a folder that is memory. Nothing can be sent into such a
// folder before the container runs, and files sent into a volume would be on the engine's disk. Both ends are here: the
// sent text, and the shell commands that read it before anything else runs.
import { FOLDER } from "./app-build.ts";

/** For each secret a line with its name and one with its value, then an empty line. */
export function writeSecretInput(values: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const lines = [...values].map(([name, value]) => `${name}\n${escapeForPrintf(value)}\n`);
  return new TextEncoder().encode(`${lines.join("")}\n`);
}

/**
 * In a shell of their own, so that no variable of it gets to the script. Files belong to the image's user and have
 * mode 0400, as the builder mounts them.
 */
export const RECEIVE_SECRETS =
  '( umask 0277; while IFS= read -r name && [ -n "$name" ]; do ' +
  `IFS= read -r value && printf %b "$value" > "${FOLDER.secrets}/$name" || exit; done )`;

/** The same, and then there is no input any more. */
export const READ_SECRETS = `${RECEIVE_SECRETS} && exec < /dev/null`;

/** `printf %b` turns "\0101" into a byte, also into NUL and line ends. */
function escapeForPrintf(value: Uint8Array): string {
  return Array.from(value, (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9_.,:/+=@-]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, "0")}`;
  }).join("");
}
