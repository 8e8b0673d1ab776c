import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createEvaluationMemory, evaluationFile } from "./evaluation-memory.ts";
import { createTexts } from "./kept-values.fixtures.ts";

const CONTEXT = { mode: "development", command: "run", env: { TAG: "1" } };
const READS = { env: {} };
const VALUE = { apps: {} };

let folder: string;
let config: string;
let base: string;
let texts: ReadonlyMap<string, string>;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sti-evaluation-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  config = join(folder, "sti.config.ts");
  base = join(folder, "base.ts");
  texts = new Map([
    [config, "the config"],
    [base, "its import"],
  ]);
  for (const [file, text] of texts) writeFileSync(file, text);
});

const create = (files = createTexts(), schema = "1") => createEvaluationMemory({ files, schema });

test("a value is there while the files are as they were, with their texts", async () => {
  const memory = create();
  expect(memory.recall(config, CONTEXT)).toBeUndefined();
  await memory.remember(config, { value: VALUE, texts }, READS);
  expect(memory.recall(config, CONTEXT)).toEqual({ value: VALUE, texts });
  writeFileSync(base, "changed");
  expect(memory.recall(config, CONTEXT)).toBeUndefined();
  writeFileSync(base, "its import");
  expect(memory.recall(config, CONTEXT)).toEqual({ value: VALUE, texts });
});

test.each<[string, () => void]>([
  ["is gone", () => rmSync(base)],
  [
    "is a folder",
    () => {
      rmSync(base);
      mkdirSync(base);
    },
  ],
  [
    "is a link to an equal file",
    () => {
      renameSync(base, join(folder, "other.ts"));
      symlinkSync("other.ts", base);
    },
  ],
])("a value is not used when one of its files %s", async (_name, change) => {
  const memory = create();
  await memory.remember(config, { value: VALUE, texts }, READS);
  change();
  expect(memory.recall(config, CONTEXT)).toBeUndefined();
});

test.each([
  ["mode", { mode: "production", env: {} }],
  ["command", { command: "plan", env: {} }],
  ["variable", { env: { TAG: "2" } }],
  ["variable that was not set", { env: { TAG: null } }],
  ["variable that was set", { env: { NONE: "1" } }],
])("a value is not used for another %s, and beside it one is kept for each", async (_name, reads) => {
  const memory = create();
  await memory.remember(config, { value: VALUE, texts }, reads);
  expect(memory.recall(config, CONTEXT)).toBeUndefined();
  const other = { mode: "development", command: "run", env: { TAG: "1", NONE: null } };
  await memory.remember(config, { value: "other", texts }, other);
  expect(memory.recall(config, CONTEXT)?.value).toBe("other");
  const given = { ...CONTEXT, ...reads, env: reads.env as Record<string, string> };
  expect(memory.recall(config, given)?.value).toEqual(VALUE);
});

test("eight values of a config are kept, the last ones", async () => {
  const memory = create();
  const at = (tag: number) => ({ ...CONTEXT, env: { TAG: String(tag) } });
  for (let tag = 0; tag <= 8; tag += 1) {
    await memory.remember(config, { value: tag, texts }, { env: { TAG: String(tag) } });
  }
  expect(memory.recall(config, at(0))).toBeUndefined();
  expect(memory.recall(config, at(1))?.value).toBe(1);
  expect(memory.recall(config, at(8))?.value).toBe(8);
});

test("a value by other code, of other files, or with parts that JSON loses is not kept", async () => {
  const files = createTexts();
  await create(files, "1").remember(config, { value: VALUE, texts }, READS);
  expect(create(files, "2").recall(config, CONTEXT)).toBeUndefined();
  expect(create(files).recall(base, CONTEXT)).toBeUndefined();
  expect(evaluationFile(config, "1")).not.toBe(evaluationFile(base, "1"));
  const other = createTexts();
  await create(other).remember(config, { value: { a: undefined }, texts }, READS);
  expect(other.texts.size).toBe(0);
});

test("variables are kept as digests", async () => {
  const files = createTexts();
  const memory = create(files);
  await memory.remember(config, { value: VALUE, texts }, { env: { TOKEN: "s3cret" } });
  expect([...files.texts.values()].join()).not.toContain("s3cret");
  expect(memory.recall(config, { ...CONTEXT, env: { TOKEN: "s3cret" } })?.value).toEqual(VALUE);
  expect(memory.recall(config, { ...CONTEXT, env: { TOKEN: "other" } })).toBeUndefined();
});
