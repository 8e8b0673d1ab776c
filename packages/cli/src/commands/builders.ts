// `sti builders`: lists the builders that come with sti, copies them into a project, updates copies.
import { lstatSync, readdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { suggest } from "@sti/core";
import { printImageEntries } from "../print/print-builders.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import {
  type BuilderCopy,
  builderDescriptions,
  builderImages,
  builderKinds,
  copyBuilder,
  inspectBuilder,
  updateBuilder,
} from "../project/builders.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface BuildersOptions {
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Resolves to the exit code. */
export async function runBuilders(
  action: "ls" | "add" | "update",
  names: readonly string[],
  options: BuildersOptions,
  context: CommandContext,
): Promise<number> {
  const print = (line: string) => {
    if (options.quiet !== true) context.stdout.write(`${line}\n`);
  };
  const [most, usage] = USAGE[action];
  if (names.length > most || (action === "add" && names.length === 0)) return refuse(usage, context);
  try {
    if (action === "ls") return await list(context, print);
    if (action === "add") return await add(names, context, print);
    return await update(names[0], options.force === true, context, print);
  } catch (error) {
    const { message, name, syscall } = error as NodeJS.ErrnoException;
    const isProblem = name === "FileProblem";
    if (!isProblem && syscall === undefined) throw error;
    context.stderr.write(`sti: ${sanitizeLine(message)}\n`);
    return isProblem ? exitCodes.usage : exitCodes.environment;
  }
}

type Print = (line: string) => void;

/** Number of names at most, and the usage. */
const USAGE = {
  ls: [0, "usage: sti builders ls"],
  add: [2, "usage: sti builders add KIND [FOLDER]"],
  update: [1, "usage: sti builders update [FOLDER]"],
} as const;

async function list({ cwd }: CommandContext, print: Print): Promise<number> {
  for (const kind of builderKinds) print(`${kind.padEnd(8)}${builderDescriptions[kind]}`);
  const copies = await findCopies(cwd);
  if (copies.length > 0) print("");
  for (const [path, copy] of copies) print(`${path}  ${describeState(copy)}`);
  return exitCodes.done;
}

async function add(names: readonly string[], context: CommandContext, print: Print): Promise<number> {
  const [name = "", folder] = names;
  const kind = builderKinds.find((one) => one === name);
  if (kind === undefined) {
    const near = suggest(name, builderKinds);
    const hint = near === undefined ? `there are ${builderKinds.join(", ")}` : `did you mean ${near}?`;
    return refuse(`no builder of the kind ${sanitizeLine(name)}: ${hint}`, context);
  }
  const path = pathOf(context.cwd, resolve(context.cwd, folder ?? join("builders", kind)));
  const files = await copyBuilder(kind, resolve(context.cwd, path));
  print(`${path}: ${files.length} files`);
  print("");
  const images = builderImages(kind, `./${path}`, prefixOf(context.cwd));
  for (const line of printImageEntries(kind, images)) print(line);
  return exitCodes.done;
}

async function update(
  folder: string | undefined,
  force: boolean,
  context: CommandContext,
  print: Print,
): Promise<number> {
  const { cwd } = context;
  const copies = folder === undefined ? await findCopies(cwd) : await inspectOne(cwd, folder);
  if (copies.length === 0) {
    return refuse(`${folder ?? "builders/*"}: no copy of a builder; sti builders add makes one`, context);
  }
  let kept = 0;
  for (const [path, { files, kind }] of copies) {
    const old = [...files].filter(
      ([, state]) => state === "outdated" || state === "missing" || (force && state === "edited"),
    );
    await updateBuilder(
      kind,
      resolve(cwd, path),
      old.map(([file]) => file),
    );
    for (const [file] of old) print(`${path}/${file}  updated`);
    const edited = force ? [] : [...files].filter(([, state]) => state === "edited");
    for (const [file] of edited) {
      context.stderr.write(`sti: ${path}/${file} is edited: kept\n  hint: --force replaces it\n`);
    }
    kept += edited.length;
    if (old.length + edited.length === 0) print(`${path}  up to date`);
  }
  return kept === 0 ? exitCodes.done : exitCodes.targetFailed;
}

/** Copies in the folder builders, by path. */
async function findCopies(cwd: string): Promise<readonly (readonly [string, BuilderCopy])[]> {
  const folder = join(cwd, "builders");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = await Promise.all(folders.map(({ name }) => inspectOne(cwd, join("builders", name))));
  return found.flat();
}

async function inspectOne(cwd: string, path: string): Promise<readonly (readonly [string, BuilderCopy])[]> {
  const copy = await inspectBuilder(resolve(cwd, path));
  return copy === undefined ? [] : [[pathOf(cwd, resolve(cwd, path)), copy]];
}

function describeState({ files, kind }: BuilderCopy): string {
  const of = (state: string) => [...files].flatMap(([path, own]) => (own === state ? [path] : []));
  const parts = ["edited", "missing", "outdated"].flatMap((state) =>
    of(state).length > 0 ? [`${state}: ${of(state).join(", ")}`] : [],
  );
  return `${kind}, ${parts.length === 0 ? "stock" : parts.join("; ")}`;
}

function pathOf(cwd: string, folder: string): string {
  return sanitizeLine(relative(cwd, folder) || ".");
}

/** Part of tags before the slash. */
function prefixOf(cwd: string): string {
  return (
    basename(cwd)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "") || "acme"
  );
}

function refuse(problem: string, { stderr }: CommandContext): number {
  stderr.write(`sti: ${problem}\n`);
  return exitCodes.usage;
}
