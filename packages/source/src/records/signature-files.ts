// Signatures of results in a store that sessions have read, one file for each store. They are only a copy of what the store
// has: whoever finds one verifies it, so the file decides nothing, and losing it costs requests.
import { createHash } from "node:crypto";
import type { SignatureMemory } from "@sti/core";
import { createPrivateFiles } from "../disk/private-files.ts";
import type { PrivateFolder } from "../disk/private-folder.ts";
import { isObject, isText } from "../disk/shape.ts";

const VERSION = 1;
/** Of one store; those that were not of use for the longest time are dropped. */
const MOST_SIGNATURES = 2000;
/** Characters of one: larger ones are read from the store. */
const LONGEST = 2000;
/** Stores that were used last. */
const MOST_STORES = 20;
const LARGEST = 2 * MOST_SIGNATURES * LONGEST;

/** `repository`: of the store. */
export function createSignatureMemory(folder: PrivateFolder, repository: string): SignatureMemory {
  const files = createPrivateFiles(folder, LARGEST);
  const name = createHash("sha256").update(repository).digest("hex").slice(0, 32);
  const used = new Map<string, string>();
  let hasNews = false;
  let stored: ReadonlyMap<string, string> | undefined;
  const read = () => {
    stored ??= new Map(parse(files.read(name)));
    return stored;
  };
  return {
    find: ({ digest }) => {
      const text = used.get(digest) ?? read().get(digest);
      if (text === undefined) return undefined;
      used.set(digest, text);
      return Buffer.from(text);
    },
    add: ({ digest }, document) => {
      const text = Buffer.from(document).toString();
      if (text.length > LONGEST) return;
      used.set(digest, text);
      hasNews = true;
    },
    write: async () => {
      if (!hasNews) return;
      hasNews = false;
      const signatures = [...new Map([...used, ...read(), ...used])].slice(0, MOST_SIGNATURES);
      try {
        await files.write(name, JSON.stringify({ version: VERSION, signatures }));
        await files.keepNewest(MOST_STORES);
      } catch (error) {
        // A folder that cannot be written, a full disk: the next session asks the store.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      }
    },
  };
}

function parse(text: string | undefined): readonly (readonly [string, string])[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return [];
  }
  if (!isObject(value) || value.version !== VERSION || !Array.isArray(value.signatures)) return [];
  return value.signatures.filter(isEntry).slice(0, MOST_SIGNATURES);
}

function isEntry(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isText);
}
