import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./ensure-built.ts";

const { parse, parseAllDocuments } = createRequire(join(root, "packages/cli/"))("yaml") as Yaml;
const read = (file: string) => readFileSync(join(root, file), "utf8");
const action: Action = parse(read("action.yml"));

test("actions are pinned by digests, with their versions beside them", () => {
  const files = [
    "action.yml",
    ".github/workflows/pages.yml",
    ".github/workflows/release.yml",
    "docs/ci.md",
    "packages/cli/src/print/print-pipeline.ts",
  ];
  const uses = files.flatMap((file) => read(file).match(/uses: [^"\n]*/g) ?? []);
  expect(uses.length).toBeGreaterThan(10);
  const loose = uses.filter((one) => !/^uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one));
  expect(loose).toEqual(["uses: OWNER/sti@COMMIT"]);
});

test("docs/ci.md has each input of the action and of the component, with its default", () => {
  const [component] = parseAllDocuments(read("templates/sti.yml").replaceAll("$[[", "$[")).map(
    (document) => document.toJS() as { readonly spec: { readonly inputs: Inputs } },
  );
  const page = read("docs/ci.md");
  for (const inputs of [action.inputs, component?.spec.inputs ?? {}]) {
    expect(Object.keys(inputs).length).toBeGreaterThan(4);
    for (const [name, { default: usual }] of Object.entries(inputs)) {
      const shown = usual === "" ? "empty" : `\`${usual}\``.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` *\\| ${shown} *\\|`, "m"));
    }
  }
});

test("each changeset is about the package that is published, in the form that changesets reads", () => {
  const folder = join(root, ".changeset");
  const unread = readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .filter(
      (name) => !/^---\n"@sti\/cli": (?:patch|minor|major)\n---\n\n\S/.test(read(`.changeset/${name}`)),
    );
  expect(unread).toEqual([]);
});

test.each([
  ["", "npx --no-install sti run --push web\n"],
  ["1.2.0", "npm install --global --ignore-scripts @sti/cli@1.2.0\nsti run --push web\n"],
])("the action with version %j calls its programs with the arguments as words", (version, calls) => {
  const folder = mkdtempSync(join(tmpdir(), "sti-action-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["npx", "npm", "sti"]) {
    writeFileSync(join(folder, name), '#!/bin/sh\necho "$(basename "$0") $*"\n');
    chmodSync(join(folder, name), 0o755);
  }
  const script = action.runs.steps.at(-1)?.run ?? "";
  const env = { PATH: `${folder}:${process.env.PATH}`, STI_ARGS: "run --push web", STI_VERSION: version };
  const output = execFileSync("bash", ["-eo", "pipefail", "-c", script], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(output).toBe(calls);
});

type Inputs = Readonly<Record<string, { readonly default: string }>>;

interface Action {
  readonly inputs: Inputs;
  readonly runs: { readonly steps: readonly { readonly run?: string }[] };
}

interface Yaml {
  parse(text: string): Action;
  parseAllDocuments(text: string): readonly { toJS(): unknown }[];
}
