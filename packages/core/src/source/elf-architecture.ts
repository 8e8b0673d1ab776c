// The processor that a program is made for, by its first bytes. Pure.

/** Number of the file's first bytes that are needed. */
export const ELF_HEAD_BYTES = 20;

/** In the engine's words; "" for an unknown processor, undefined for other files than ELF. */
export function elfArchitecture(start: Uint8Array): string | undefined {
  if (start.length < ELF_HEAD_BYTES || !MAGIC.every((byte, index) => start[index] === byte)) return undefined;
  const isLittle = start[BYTE_ORDER] === 1;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const names = ARCHITECTURES.get(view.getUint16(MACHINE, isLittle));
  if (names === undefined) return "";
  const is64 = start[CLASS] === 2;
  return (isLittle ? names.little : names.big)?.[is64 ? 1 : 0] ?? "";
}

/**
 * Whether an engine of that architecture may run the program. Processors that run programs of their smaller kin are
 * given the benefit of the doubt, and so are unknown ones.
 */
export function mayRun(architecture: string, engine: string): boolean {
  if (architecture === "" || engine === "" || architecture === engine) return true;
  return KIN.get(engine) === architecture;
}

const KIN: ReadonlyMap<string, string> = new Map([
  ["amd64", "386"],
  ["arm64", "arm"],
]);

const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;
/** Places in the header. */
const CLASS = 4;
const BYTE_ORDER = 5;
const MACHINE = 18;

/** Names for 32 and for 64 bits. */
type Names = readonly [string, string];

/** By the number of the machine in the header, for each order of bytes. */
const ARCHITECTURES: ReadonlyMap<number, { readonly little?: Names; readonly big?: Names }> = new Map([
  [0x03, { little: ["386", "386"] }],
  // Of 32 bits: x32, whose programs are for the same processors.
  [0x3e, { little: ["amd64", "amd64"] }],
  [0x28, { little: ["arm", "arm"] }],
  [0xb7, { little: ["arm64", "arm64"] }],
  [0xf3, { little: ["", "riscv64"] }],
  [0x102, { little: ["", "loong64"] }],
  [0x08, { little: ["mipsle", "mips64le"], big: ["mips", "mips64"] }],
  [0x15, { little: ["", "ppc64le"], big: ["", "ppc64"] }],
  [0x16, { big: ["", "s390x"] }],
]);
