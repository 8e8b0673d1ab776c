// Which processor a program is made for, by its first bytes.

/** As the engine calls it; "" for one that it has no name for, undefined for what is no ELF file. */
export function elfArchitecture(start: Buffer): string | undefined {
  if (start.length < 20 || start.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const isLittle = start[5] === 1;
  const machine = isLittle ? start.readUInt16LE(18) : start.readUInt16BE(18);
  const name = ARCHITECTURES.get(machine) ?? "";
  return machine === PPC64 && isLittle ? "ppc64le" : name;
}

const PPC64 = 0x15;
const ARCHITECTURES: ReadonlyMap<number, string> = new Map([
  [0x03, "386"],
  [0x3e, "amd64"],
  [0x28, "arm"],
  [0xb7, "arm64"],
  [0xf3, "riscv64"],
  [0x16, "s390x"],
  [PPC64, "ppc64"],
]);
