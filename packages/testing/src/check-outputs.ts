// Compares all JSON that a run of sti wrote with its schema: standard output, and the files that its arguments name.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkDocument, checkLines } from "./json-documents.ts";

/** Documents on standard output by command; those of plan, why and compare have several. */
const DOCUMENTS: Readonly<Record<string, (args: readonly string[], document: unknown) => string>> = {
  plan: (args) => (args.includes("--files") ? "files" : "plan"),
  why: (args) => (args.includes("--history") ? "history" : "why"),
  compare: (_, document) => nameOfComparison(document),
  promote: () => "promote",
  usage: () => "usage",
  cache: () => "store",
  attest: () => "attest",
  clean: () => "clean",
  init: () => "init",
  lock: () => "lock",
  doctor: () => "doctor",
  ci: () => "ci",
  queue: () => "queue",
};

/** Throws at the first document that differs from its schema. */
export function checkOutputs(
  args: readonly string[],
  run: { readonly stdout: string; readonly cwd: string },
): void {
  const command = args.find((argument) => COMMANDS.has(argument)) ?? "";
  const isJson = args.includes("--json") || (command === "ci" && args.includes("json"));
  // Without standard output the problems are on standard error.
  if (isJson && run.stdout !== "") {
    const document: unknown = JSON.parse(run.stdout);
    const nameOf = DOCUMENTS[command];
    if (nameOf === undefined) throw new Error(`sti ${command} --json has no schema`);
    checkDocument(nameOf(args, document), document);
  }
  if (valuesOf(args, "--reporter").includes("ndjson")) checkLines("event", run.stdout);
  const base = resolve(run.cwd, valuesOf(args, "-C")[0] ?? "");
  for (const file of valuesOf(args, "--metadata-file")) checkFile(() => "metadata", resolve(base, file));
  for (const value of valuesOf(args, "--output-file")) {
    const [format, file] = value.split("=");
    if (format === "ndjson" && file !== undefined)
      checkLines("event", readIfThere(resolve(base, file)) ?? "");
  }
  for (const value of valuesOf(args, "--report")) {
    const [format, file] = value.split("=");
    if (format !== "json" && format !== "trace") continue;
    const isCompare = command === "compare";
    const usual = isCompare ? "sti-compare.json" : format === "json" ? "sti-report.json" : "sti-trace.json";
    const name = format === "json" ? "report" : "trace";
    checkFile(isCompare ? nameOfComparison : () => name, resolve(base, file ?? usual));
  }
}

const COMMANDS = new Set([...Object.keys(DOCUMENTS), "run", "watch", "push", "build", "validate"]);

function nameOfComparison(document: unknown): string {
  const isOfImages = typeof document === "object" && document !== null && "comparisons" in document;
  return isOfImages ? "compare-images" : "compare-apps";
}

/** Of an option that can be given several times, as "--option value" or "--option=value". */
function valuesOf(args: readonly string[], option: string): readonly string[] {
  return args.flatMap((argument, index) => {
    if (argument.startsWith(`${option}=`)) return [argument.slice(option.length + 1)];
    const next = args[index + 1];
    return argument === option && next !== undefined ? [next] : [];
  });
}

function checkFile(nameOf: (document: unknown) => string, file: string): void {
  const text = readIfThere(file);
  if (text === undefined) return;
  const document: unknown = JSON.parse(text);
  checkDocument(nameOf(document), document);
}

/** A session that ends before it begins writes no file. */
function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
