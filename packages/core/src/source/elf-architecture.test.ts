import { expect, test } from "vitest";
import { elfArchitecture, mayRun } from "./elf-architecture.ts";

/** The first bytes of a program. */
function elf(machine: number, { bits = 64, big = false } = {}): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, big ? 2 : 1, 1]);
  new DataView(bytes.buffer).setUint16(18, machine, !big);
  return bytes;
}

test.each([
  ["amd64", elf(0x3e)],
  ["386", elf(0x03, { bits: 32 })],
  ["arm64", elf(0xb7)],
  ["arm", elf(0x28, { bits: 32 })],
  ["riscv64", elf(0xf3)],
  ["ppc64le", elf(0x15)],
  ["ppc64", elf(0x15, { big: true })],
  ["s390x", elf(0x16, { big: true })],
  ["mips64le", elf(0x08)],
  ["mips", elf(0x08, { bits: 32, big: true })],
  ["", elf(0xffff)],
  [undefined, elf(0x3e).subarray(0, 19)],
  [undefined, new TextEncoder().encode("#!/bin/sh\nexec something else\n")],
])("a program for %s", (architecture, start) => {
  expect(elfArchitecture(start)).toBe(architecture);
});

test("a header is read wherever it is in its buffer", () => {
  const shifted = new Uint8Array(100);
  shifted.set(elf(0xb7), 7);
  expect(elfArchitecture(shifted.subarray(7))).toBe("arm64");
});

test.each([
  ["amd64", "amd64", true],
  ["arm64", "amd64", false],
  ["amd64", "arm64", false],
  ["386", "amd64", true],
  ["arm", "arm64", true],
  ["amd64", "386", false],
  ["", "amd64", true],
])("a program for %s on an engine of %s: %s", (program, engine, may) => {
  expect(mayRun(program, engine)).toBe(may);
});
