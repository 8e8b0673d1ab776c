// Public keys of the command line: as text, or files with them.
import { resolve } from "node:path";
import type { VerificationKey } from "@sti/attest";
import { FileProblem, readSmallFile } from "@sti/files";
import type { CommandContext } from "../process/command-context.ts";

/** Bytes. */
const LARGEST = 64 * 1024;

/** The problem is a whole sentence without its end. */
export async function readVerificationKeys(
  written: readonly string[],
  { cwd }: Pick<CommandContext, "cwd">,
): Promise<readonly VerificationKey[] | { readonly problem: string }> {
  const { parseVerificationKey } = await import("@sti/attest");
  const keys: VerificationKey[] = [];
  for (const one of written) {
    const text = /^(?:ed25519|p256):/.test(one) ? one : await readText(resolve(cwd, one));
    if (typeof text !== "string") return { problem: `the key ${one} ${text.problem}` };
    const key = parseVerificationKey(text);
    if ("problem" in key) return { problem: `the key ${one} ${key.problem}` };
    keys.push(key);
  }
  return keys;
}

async function readText(file: string): Promise<string | { readonly problem: string }> {
  try {
    return Buffer.from(await readSmallFile(file, { limit: LARGEST })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return { problem: error.words };
  }
}
