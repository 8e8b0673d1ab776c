// A file with the bytecode of a program's chunks: a line of JSON, then the bytes. A file that is not as it was written is
// not used, and one that cannot be written is done without: it is only quicker with it.
import { hash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Bytecode {
  /** Folder of the chunks. */
  readonly dist: string;
  /** Of V8, its flags and the processor. */
  readonly tag: number;
  /** Bytes of bytecode in the process that wrote it. */
  readonly bytecode: number;
  readonly chunks: readonly {
    readonly name: string;
    /** Bytes of the chunk's text. */
    readonly size: number;
    /** When the text was changed, in milliseconds since 1970. */
    readonly changed: number;
    /** SHA-256 of the data, hexadecimal. */
    readonly digest: string;
    readonly data: Buffer;
  }[];
}

interface Head extends Omit<Bytecode, "chunks"> {
  readonly chunks: readonly (Omit<Bytecode["chunks"][number], "data"> & { readonly length: number })[];
}

/** Milliseconds after which a file that was not written again is removed. */
const OLD = 30 * 24 * 60 * 60 * 1000;

const LINE_END = 10;

/** Undefined where there is none for this program and this V8. The data is as `isWhole` says: most runs need not all of it. */
export function readBytecode(file: string, wanted: Pick<Bytecode, "dist" | "tag">): Bytecode | undefined {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf(LINE_END);
    const head: Head = JSON.parse(bytes.toString("latin1", 0, end));
    if (head.dist !== wanted.dist || head.tag !== wanted.tag) return undefined;
    const data = bytes.subarray(end + 1);
    let at = 0;
    const chunks = head.chunks.map(({ length, ...chunk }) => {
      at += length;
      return { ...chunk, data: data.subarray(at - length, at) };
    });
    return { ...head, chunks };
  } catch {
    return undefined;
  }
}

/** Whether the data of a chunk is as it was written. */
export function isWhole({ data, digest }: Pick<Bytecode["chunks"][number], "data" | "digest">): boolean {
  return digest === digestOf(data);
}

export function digestOf(data: Buffer): string {
  return hash("sha256", data);
}

export function writeBytecode(file: string, { chunks, ...head }: Bytecode): void {
  const data = Buffer.concat(chunks.map((chunk) => chunk.data));
  const line: Head = {
    ...head,
    chunks: chunks.map(({ data: { length }, ...chunk }) => ({ ...chunk, length })),
  };
  const draft = `${file}.${process.pid}`;
  try {
    removeOld(dirname(file));
    writeFileSync(draft, Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`, "latin1"), data]), {
      mode: 0o600,
    });
    renameSync(draft, file);
  } catch {
    rmSync(draft, { force: true });
  }
}

/** Those of programs and commands that nobody uses any more, and drafts of processes that were killed. */
function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const state = statSync(path, { throwIfNoEntry: false });
    if (state?.isFile() === true && Date.now() - state.mtimeMs > OLD) rmSync(path, { force: true });
  }
}
