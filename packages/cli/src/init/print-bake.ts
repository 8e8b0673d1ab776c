// Reads bake files in HCL by `docker buildx bake --print`, once as they are, and once with other values of their
// variables: an argument that has such a value then is that variable.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BakeContent } from "./bake-target.ts";
import type { Remark } from "./inspection.ts";
import { parseObject } from "./json-values.ts";
import { readPrintedBake } from "./read-printed-bake.ts";
import { type BuildxOptions, type BuildxOutput, KEPT_VARIABLES, runBuildx } from "./run-buildx.ts";
import { type BakeNames, scanBake, scanBakeJson } from "./scan-bake.ts";

export interface BakeFile {
  readonly name: string;
  readonly text: string;
}

/** Process of the program, for those that it starts. */
export interface BakeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds for each start of docker. Default: 20 s. */
  readonly timeLimit?: number;
}

/**
 * `files`: the bake file and its overrides, in bake's order. Where bake cannot be run or refuses them, the result is a
 * remark with the command that writes them as JSON.
 */
export async function printBake(files: readonly BakeFile[], context: BakeProcess): Promise<BakeContent> {
  const [file] = files;
  if (file === undefined) return { targets: [], remarks: [] };
  const names = namesOf(files);
  if (names.targets.length === 0)
    return { targets: [], remarks: [{ place: file.name, reason: "contains no target" }] };
  const env = Object.fromEntries(KEPT_VARIABLES.map((name) => [name, context.env[name]]));
  const { signal, timeLimit = 20_000 } = context;
  // A folder of its own: docker reads no other file, and follows no link, of the checkout.
  const cwd = await mkdtemp(join(tmpdir(), "sti-bake-"));
  try {
    for (const { name, text } of files) await writeFile(join(cwd, name), text);
    return await read(file.name, names, { cwd, env, signal, timeLimit, files });
  } finally {
    await rm(cwd, { recursive: true });
  }
}

interface PrintOptions extends BuildxOptions {
  readonly files: readonly BakeFile[];
}

async function read(file: string, names: BakeNames, options: PrintOptions): Promise<BakeContent> {
  const refuse = (problem: string): BakeContent => ({
    targets: [],
    remarks: [{ place: file, reason: `not read: ${problem}; write it as JSON: ${commandFor(names)}` }],
  });
  const version = await runBuildx(["version"], options);
  if ("problem" in version) return refuse(version.problem);
  const printed = await print(names, options);
  if ("problem" in printed) return refuse(printed.problem);
  const written = parseObject(printed.output);
  if (written === undefined) return refuse("docker printed something other than JSON");
  const variables = names.texts.filter((name) => !KEPT_VARIABLES.includes(name));
  const values = Object.fromEntries(variables.map((name, index) => [name, `sti-${index}-of-bake`]));
  const probed = await print(names, { ...options, env: { ...options.env, ...values } });
  const probe = "problem" in probed ? undefined : parseObject(probed.output);
  const content = readPrintedBake({ file, written, probe, values, bases: names.bases });
  const unread = probe === undefined ? [...variables, ...names.others] : names.others;
  return { ...content, remarks: [...content.remarks, ...remarkOn(unread, file)] };
}

function print(names: BakeNames, options: PrintOptions): Promise<BuildxOutput> {
  const files = options.files.flatMap(({ name }) => ["--file", name]);
  return runBuildx(["bake", ...files, "--print", "--", ...names.targets], options);
}

function remarkOn(variables: readonly string[], place: string): readonly Remark[] {
  if (variables.length === 0) return [];
  return [{ place, reason: `variable ${variables.join(", ")}: values are written with its default` }];
}

/** Without names, bake prints the group or target `default`. */
function commandFor({ groups, targets }: BakeNames): string {
  const hasDefault = groups.includes("default") || targets.includes("default");
  return `docker buildx bake --print ${hasDefault ? "" : `${targets.join(" ")} `}> docker-bake.json`;
}

function namesOf(files: readonly BakeFile[]): BakeNames {
  const found = files.map(({ name, text }) => (name.endsWith(".json") ? scanBakeJson(text) : scanBake(text)));
  const all = (key: keyof BakeNames) => [...new Set(found.flatMap((names) => names[key]))];
  return {
    targets: all("targets"),
    groups: all("groups"),
    bases: all("bases"),
    texts: all("texts"),
    others: all("others"),
  };
}
