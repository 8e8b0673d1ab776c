// Loads the chunks of the bundled program with the bytecode that an earlier run of the same command has left. Node's
// compile cache has no more than what a module does at its top: it keeps code before it runs, and V8 compiles a function
// when it is called. That is most of what a short command does.
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cachedDataVersionTag, getHeapSpaceStatistics } from "node:v8";
import { constants, Script } from "node:vm";
import { limitHeapGrowth, restoreHeapGrowth } from "../process/limit-heap-growth.ts";
import { type Bytecode, digestOf, isWhole, readBytecode, writeBytecode } from "./bytecode-file.ts";

/** Growth of the bytecode, beside what was read, that is worth writing it again. */
const WORTHWHILE = 1.2;
/** Seconds. A longer run does not notice its start, and short runs would read the functions of its other work in vain. */
const LONGEST_RUN = 2;

type State = Pick<Bytecode["chunks"][number], "size" | "changed">;

/** The text of a chunk is read between them: V8 would copy joined strings of that size. */
const HEAD = "(function (exports, require, module, __filename, __dirname) {";
const TAIL = "\n})";

interface Loaded {
  readonly name: string;
  readonly state: State;
  readonly script: Script;
  /** Whether its bytecode was there. */
  readonly isKnown: boolean;
}

export interface LoadOptions {
  /** Folder of the chunks. */
  readonly dist: string;
  /** Private folder for the bytecode; undefined: everything is compiled each time. */
  readonly cache: string | undefined;
  /** The first word of the command line. */
  readonly command: string;
  /** Seconds that a run takes at most to leave its bytecode. Default: 2. */
  readonly longestRun?: number;
}

/** The exports of a chunk. */
export function loadProgram(
  entry: string,
  { cache, command, dist, longestRun = LONGEST_RUN }: LoadOptions,
): unknown {
  const tag = cachedDataVersionTag();
  const file = cache === undefined ? undefined : bytecodeFile(cache, { command, dist });
  const known = file === undefined ? undefined : readBytecode(file, { dist, tag });
  const loaded: Loaded[] = [];
  const modules = new Map<string, { exports: unknown }>();
  const requireOther = createRequire(join(dist, entry));
  const load = (name: string): unknown => {
    const other = modules.get(name);
    if (other !== undefined) return other.exports;
    const path = join(dist, name);
    const { text, ...state } = readChunk(path);
    const kept = known?.chunks.find((chunk) => chunk.name === name);
    const isSame = kept !== undefined && isOf(kept, state) && isWhole(kept);
    const script = withFlagsOf(
      tag,
      () =>
        new Script(text, {
          filename: path,
          cachedData: isSame ? kept.data : undefined,
          importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        }),
    );
    const isKnown = isSame && script.cachedDataRejected === false;
    loaded.push({ name, state, script, isKnown });
    const module = { exports: {} };
    modules.set(name, module);
    script.runInThisContext()(module.exports, requireFrom, module, path, dirname(path));
    return module.exports;
  };
  const requireFrom = (name: string) =>
    name.startsWith("./") && name.endsWith(".cjs") ? load(name.slice(2)) : requireOther(name);
  if (file !== undefined) {
    process.on("exit", (code) => {
      // A command that failed has compiled little, and what is no command has no file.
      if ((code !== 0 && code !== 130) || process.uptime() > longestRun) return;
      const size = bytecodeSize();
      const hasAll = loaded.every(({ isKnown }) => isKnown);
      if (known !== undefined && hasAll && size <= known.bytecode * WORTHWHILE) return;
      restoreHeapGrowth();
      if (cachedDataVersionTag() !== tag) return;
      const others = known?.chunks.filter((chunk) => !modules.has(chunk.name) && isOnDisk(dist, chunk)) ?? [];
      const used = loaded.map(({ name, script, state }) => {
        const data = script.createCachedData();
        return { name, ...state, data, digest: digestOf(data) };
      });
      const chunks = [...used, ...others];
      writeBytecode(file, { dist, tag, bytecode: size, chunks });
    });
  }
  return load(entry);
}

/** V8 takes no bytecode under other flags than those that it was made under, and the program may have changed them. */
function withFlagsOf<T>(tag: number, make: () => T): T {
  if (cachedDataVersionTag() === tag) return make();
  restoreHeapGrowth();
  try {
    return make();
  } finally {
    limitHeapGrowth();
  }
}

/** Bytes: V8 keeps bytecode, and little else, in this space. To count the bytecode alone, V8 would walk through the whole heap. */
function bytecodeSize(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === "trusted_space")?.space_used_size ?? 0;
}

/** Bytes of all chunks but a few. */
const USUAL_CHUNK = 512 * 1024;
let space = Buffer.alloc(0);

/** The same memory for one chunk after the other: to touch new pages is half of the time that reading takes. */
function spaceFor(size: number): Buffer {
  if (space.length < size) space = Buffer.allocUnsafeSlow(Math.max(size, USUAL_CHUNK));
  return space;
}

/** Its text as a function, and what tells whether bytecode is of this text. */
function readChunk(path: string): State & { readonly text: string } {
  const descriptor = openSync(path, "r");
  try {
    const { mtimeMs: changed, size } = fstatSync(descriptor);
    const bytes = spaceFor(HEAD.length + size + TAIL.length);
    bytes.write(HEAD, "latin1");
    const end = HEAD.length + readSync(descriptor, bytes, HEAD.length, size, 0);
    bytes.write(TAIL, end, "latin1");
    return { text: bytes.toString("latin1", 0, end + TAIL.length), size, changed };
  } finally {
    closeSync(descriptor);
  }
}

function isOf(kept: State, { changed, size }: State): boolean {
  return kept.size === size && kept.changed === changed;
}

function isOnDisk(dist: string, chunk: Bytecode["chunks"][number]): boolean {
  const found = statSync(join(dist, chunk.name), { throwIfNoEntry: false });
  return found !== undefined && isOf(chunk, { size: found.size, changed: found.mtimeMs });
}

/** Two programs may have one name here: the file says whose it is. */
function bytecodeFile(cache: string, { command, dist }: Pick<LoadOptions, "command" | "dist">): string {
  let hash = 0;
  for (let index = 0; index < dist.length; index += 1) {
    hash = (Math.imul(hash, 31) + dist.charCodeAt(index)) >>> 0;
  }
  const word = /^[a-z-]{1,20}$/.test(command) ? command : "none";
  return join(cache, `${word}-${hash.toString(36)}.bytecode`);
}
