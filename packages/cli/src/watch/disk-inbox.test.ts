import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiskChange } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import { createDiskInbox } from "./disk-inbox.ts";

const CONFIG: DiskChange = { kind: "config", paths: ["."] };
const EVERYTHING: DiskChange = { kind: "everything" };

function receive(readAt: number) {
  const folder = mkdtempSync(join(tmpdir(), "sti-inbox-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "sti.config.json");
  writeFileSync(file, "{}");
  const passed: unknown[] = [];
  const inbox = createDiskInbox({ configFiles: [file, join(folder, "sti.lock")], readAt });
  const open = () =>
    inbox.open({ change: ({ kind }) => passed.push(kind), warn: (message) => passed.push(message) });
  return { inbox, open, passed };
}

test("what the disk says is kept until somebody listens, in its order", () => {
  const { inbox, open, passed } = receive(0);
  inbox.warn("no more watches");
  inbox.change(CONFIG);
  expect(passed).toEqual([]);
  open();
  inbox.change(EVERYTHING);
  expect(passed).toEqual(["no more watches", "config", "everything"]);
});

test("a config that only begins to be watched is not read again", () => {
  const { inbox, open, passed } = receive(Date.now() + 60_000);
  open();
  inbox.change(CONFIG);
  inbox.change(EVERYTHING);
  expect(passed).toEqual(["everything"]);
  inbox.change(CONFIG);
  expect(passed).toEqual(["everything", "config"]);
});
