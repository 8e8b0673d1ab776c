// Values that are kept between commands as JSON, in files that are as if they were not there when their text is not the
// one that was written.
import { createHash } from "node:crypto";

/** Maximum number of kept files; those written longest ago are removed first. */
const MOST = 100;

/** Files that nobody else can write. Their folder is made with the first one. */
export interface ConfigFiles {
  /** Undefined where there is none. */
  read(name: string): string | undefined;
  /** Replaces a file as a whole. Rejects where that cannot be done. */
  write(name: string, text: string): Promise<void>;
  /** Removes those written longest ago, so that this many are left. */
  keepNewest(count: number): Promise<void>;
}

/** Undefined if nothing is kept under `key`, a SHA-256 in hex. */
export function recallValue(files: ConfigFiles, key: string): unknown {
  const text = files.read(nameOf(key));
  if (text === undefined) return undefined;
  const [sum, json = ""] = splitFirstLine(text);
  // The shape is not checked: a text that is not the one written is none.
  return sum === sumOf(key, json) ? JSON.parse(json) : undefined;
}

/** Never rejects: where nothing can be written, the next command does its work again. `json`: see `wholeJson`. */
export async function keepValue(files: ConfigFiles, key: string, json: string): Promise<void> {
  try {
    await files.write(nameOf(key), `${sumOf(key, json)}\n${json}`);
    await files.keepNewest(MOST);
  } catch (error) {
    // A folder that cannot be written is not worth a word each time.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Name of the file with the value of a key. */
export function nameOf(key: string): string {
  return `${key}.json`;
}

/** Undefined where JSON could not hold all of the value: two values would have one text. */
export function wholeJson(value: unknown): string | undefined {
  let isWhole = true;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (part === undefined || (typeof part === "number" && !Number.isFinite(part)) || Object.is(part, -0)) {
      isWhole = false;
    }
    return part;
  });
  return isWhole ? text : undefined;
}

/** In hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Of one file only: another one in its place is none. */
function sumOf(key: string, text: string): string {
  return sha256(`${key}\n${text}`);
}

function splitFirstLine(text: string): readonly [string, string?] {
  const end = text.indexOf("\n");
  return end < 0 ? [text] : [text.slice(0, end), text.slice(end + 1)];
}
