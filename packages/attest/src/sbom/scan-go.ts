// Finds what Go's linker writes into programs: the version of Go, the module, and those that it was built with. Programs
// of Go before 1.18 have it in another form, which is not read.
import type { PackageFound } from "./package-found.ts";

const MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
/** The magic is at a multiple of this. */
const ALIGNMENT = 16;
const HEADER = 32;
/** A flag of the header: the texts follow it. */
const INLINE = 2;
/** Bytes of the texts; more are not read. */
const LONGEST = 4 * 1024 ** 2;
/** Around the list of modules. */
const SENTINEL = 16;

export interface GoScan {
  update(chunk: Uint8Array): void;
  finish(): readonly PackageFound[];
}

/** Scans one file; one that is no program of Go has no packages. */
export function scanGo(file: string): GoScan {
  /** Not yet scanned: the start of the file, or less than a magic. */
  let rest = Buffer.alloc(0);
  /** Bytes of the file before `rest`. */
  let offset = 0;
  let isElf: boolean | undefined;
  let found: Buffer | undefined;
  const search = () => {
    for (let at = rest.indexOf(MAGIC); at >= 0; at = rest.indexOf(MAGIC, at + 1)) {
      // Programs that look for the magic in others have it, too, elsewhere or without a header behind it.
      if ((offset + at) % ALIGNMENT !== 0 || !isHeader(rest.subarray(at, at + ALIGNMENT))) continue;
      found = rest.subarray(at);
      return;
    }
    const scanned = Math.max(0, rest.length - (ALIGNMENT - 1));
    rest = Buffer.from(rest.subarray(scanned));
    offset += scanned;
  };
  return {
    update(chunk) {
      if (isElf === false || (found !== undefined && found.length >= LONGEST)) return;
      if (found !== undefined) {
        found = Buffer.concat([found, chunk]).subarray(0, LONGEST);
        return;
      }
      rest = Buffer.concat([rest, chunk]);
      if (isElf === undefined && rest.length >= 4) isElf = rest.toString("latin1", 0, 4) === "\x7fELF";
      if (isElf === true) search();
    },
    finish: () => (found === undefined ? [] : readBuildInfo(found, file)),
  };
}

function isHeader(bytes: Buffer): boolean {
  const [pointer = 0, flags = 0] = bytes.subarray(MAGIC.length);
  return (pointer === 4 || pointer === 8) && (flags & INLINE) !== 0;
}

function readBuildInfo(bytes: Buffer, file: string): readonly PackageFound[] {
  const version = readText(bytes, HEADER);
  const modules = version && readText(bytes, version.end);
  const release = /^go(\d\S*)/.exec(version?.text ?? "")?.[1];
  if (modules === undefined || release === undefined) return [];
  const list = modules.text.slice(SENTINEL, -SENTINEL);
  const named: { name: string; version: string | undefined }[] = [{ name: "stdlib", version: release }];
  for (const line of list.split("\n")) {
    const [kind, name = "", written] = line.split("\t");
    const one = { name, version: written === "(devel)" || written === "" ? undefined : written };
    if (kind === "mod" || kind === "dep") named.push(one);
    // The module before was replaced by this one.
    if (kind === "=>" && named.length > 1) named[named.length - 1] = one;
  }
  return named.map((one) => ({ ecosystem: "golang", ...one, file }));
}

/** A text behind its length, which is written in groups of seven bits. */
function readText(bytes: Buffer, start: number): { readonly text: string; readonly end: number } | undefined {
  let length = 0;
  for (let at = start, factor = 1; at < start + 4; at++, factor *= 128) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * factor;
    if (byte >= 0x80) continue;
    const end = at + 1 + length;
    return end > bytes.length ? undefined : { text: bytes.toString("latin1", at + 1, end), end };
  }
  return undefined;
}
