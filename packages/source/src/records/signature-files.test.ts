import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { privateFolder } from "../disk/private-folder.ts";
import { createSignatureMemory } from "./signature-files.ts";

const STORE = "registry.example/acme/store";
const claimOf = (digest: string) => ({ digest, key: "k", stage: "result" }) as const;

function place() {
  const root = mkdtempSync(join(tmpdir(), "sti-signatures-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = privateFolder(join(root, "sti")).folder("signatures");
  const open = (repository = STORE) => createSignatureMemory(folder, repository);
  return { folder: folder.path, open, find: (digest: string) => open().find(claimOf(digest))?.toString() };
}

test("a signature is remembered by its digest, for one store", async () => {
  const { find, folder, open } = place();
  const memory = open();
  memory.add(claimOf("one"), Buffer.from("signature"));
  expect(memory.find(claimOf("one"))?.toString()).toBe("signature");
  await memory.write();
  expect(find("one")).toBe("signature");
  expect(find("other")).toBeUndefined();
  expect(open(`${STORE}-2`).find(claimOf("one"))).toBeUndefined();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a session that reads only known signatures writes nothing", async () => {
  const { folder, open } = place();
  await open().write();
  expect(() => readdirSync(folder)).toThrow(/ENOENT/);
});

test("those that are of no use any more are dropped beyond a number, and long ones are not kept", async () => {
  const { find, open } = place();
  const memory = open();
  for (let index = 0; index < 2000; index += 1) memory.add(claimOf(`${index}`), Buffer.from("signature"));
  memory.add(claimOf("long"), Buffer.alloc(3000, "x"));
  await memory.write();
  const later = open();
  later.find(claimOf("1999"));
  later.add(claimOf("new"), Buffer.from("signature"));
  await later.write();
  expect(["new", "1999", "1997", "1998", "long"].map((digest) => find(digest) !== undefined)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  "",
  "{",
  "[]",
  '{"version":2,"signatures":[["one","x"]]}',
  '{"version":1,"signatures":{"one":"x"}}',
  '{"version":1,"signatures":[["one"],["one",1],"one"]}',
])("a file with the text %j is as none", async (text) => {
  const { find, folder, open } = place();
  const memory = open();
  memory.add(claimOf("one"), Buffer.from("signature"));
  await memory.write();
  const [name = ""] = readdirSync(folder);
  expect(readFileSync(join(folder, name), "utf8")).toContain("signature");
  writeFileSync(join(folder, name), text);
  expect(find("one")).toBeUndefined();
});
