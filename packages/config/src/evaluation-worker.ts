// The thread in which one code config is evaluated, once. It has a module cache of its own, so everything is fresh;
// nothing that the config prints reaches this process's output; process.exit ends the thread only.
// The other side is evaluate-config.ts. It imports little: the thread must start fast.
import fs from "node:fs";
import {
  createRequire,
  enableCompileCache,
  flushCompileCache,
  type ResolveFnOutput,
  registerHooks,
  syncBuiltinESMExports,
} from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadData } from "./config-thread.ts";
import type { ConfigContext } from "./define-config.ts";
import { moduleForm } from "./module-form.ts";
import { copyPlainData, type PlainDataProblem } from "./plain-data.ts";
import { type ConfigReads, type RecordedReads, recordReads } from "./recorded-reads.ts";
import { refuseSpecialManifests, refuseSpecialModule } from "./refuse-special-modules.ts";
import { resolveFile } from "./resolve-file.ts";

/** Task of the thread, sent as its first message. */
export interface EvaluationRequest {
  /** The config, absolute, symbolic links resolved. */
  readonly file: string;
  /** Argument of a config that is a function, without the environment. */
  readonly context: Pick<ConfigContext, "mode" | "command">;
}

/** Thrown value, as far as it can be sent. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string | undefined;
  /** Set when an import could not be resolved. */
  readonly unresolved?: Unresolved | undefined;
}

/** An import that could not be resolved. */
export interface Unresolved {
  readonly specifier: string;
  /** The importing file. */
  readonly importer: string;
  /** A relative import of the file that a tsconfig.json means by the specifier. */
  readonly byPaths?: string | undefined;
}

export type EvaluationMessage =
  | { readonly kind: "output"; readonly text: string }
  | {
      readonly kind: "value";
      readonly value: unknown;
      readonly problems: readonly PlainDataProblem[];
      readonly files: readonly string[];
    }
  /** Follows a value. */
  | { readonly kind: "inputs"; readonly inputs: ConfigInputs | undefined }
  | { readonly kind: "no-default-export" }
  | { readonly kind: "threw"; readonly thrown: Thrown; readonly files: readonly string[] };

/** All that a config's value follows from. */
export interface ConfigInputs {
  readonly reads: ConfigReads;
  /** Evaluated texts by the real paths of the modules; the config first. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Imports of defineConfig in a config, the earlier name last. They lead to this program, installed in the project or not. */
const OWN_NAMES: readonly string[] = ["@sti/cli/config", "@sti/config"];
/** Folder of this package; its files are no part of the user's config. */
const OWN_FOLDER = new URL(".", import.meta.url).href;
const OWN_ENTRY = new URL(import.meta.url.endsWith(".ts") ? "index.ts" : "index.js", OWN_FOLDER);

const port = parentPort;
if (port === null) throw new Error("evaluation-worker runs as a worker thread only");
const { compileCache } = workerData as ThreadData;
/** The config and its imports, outside node_modules. */
const files = new Set<string>();
/** Texts of those of them that Node read as modules. */
const texts = new Map<string, string>();
let lastUnresolved: (Unresolved & { readonly error: unknown }) | undefined;

captureOutput();
hushWarnings();
hookImports();
if (compileCache !== undefined) enableCompileCache(compileCache);
// The frame of the user's file may be far below those of a library that it calls.
Error.stackTraceLimit = 100;
process.on("uncaughtException", reportThrown);
process.on("unhandledRejection", reportThrown);
// The listener keeps the thread alive, so that an await that never ends is a timeout and not an early end.
port.on("message", (request: EvaluationRequest) => {
  files.add(request.file);
  void evaluate(request).catch(reportThrown);
});

async function evaluate({ context, file }: EvaluationRequest): Promise<void> {
  const recorded = recordReads(context, process.env);
  process.env = recorded.context.env as NodeJS.ProcessEnv;
  const namespace = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const exported = defaultExport(namespace, file);
  if (exported === undefined) {
    send({ kind: "no-default-export" });
    return;
  }
  const given = await exported.value;
  const value: unknown = typeof given === "function" ? await given(recorded.context) : given;
  // A rejected promise that the config does not handle is reported only now.
  await new Promise(setImmediate);
  const { copy, problems } = copyPlainData(value);
  // The thread is ended before it could do so by itself.
  flushCompileCache();
  send({ kind: "value", value: copy, problems, files: [...files] });
  send({ kind: "inputs", inputs: problems.length > 0 ? undefined : await findInputs(recorded) });
}

/** Undefined where the value may follow from more. The command goes on meanwhile. */
async function findInputs(recorded: RecordedReads): Promise<ConfigInputs | undefined> {
  const reads = recorded.reads();
  if (reads === undefined || texts.size < files.size) return undefined;
  const { followsFromTexts } = await import("./follows-from-text.ts");
  return followsFromTexts(texts, OWN_NAMES) ? { reads, texts } : undefined;
}

function defaultExport(namespace: Record<string, unknown>, file: string): { value: unknown } | undefined {
  if (!("default" in namespace)) return undefined;
  const value = namespace.default;
  if (typeof value !== "object" || value === null) return { value };
  // Other tools compile `export default` to this.
  if ("__esModule" in value) return "default" in value ? { value: value.default } : undefined;
  // A CommonJS module that assigns nothing exports an empty object.
  const isCommonJs = createRequire(import.meta.url).cache[file] !== undefined;
  if (isCommonJs && Object.keys(value).length === 0) return undefined;
  return { value };
}

function captureOutput(): void {
  const capture = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    send({ kind: "output", text: typeof chunk === "string" ? chunk : Buffer.from(chunk).toString() });
    const callback = rest.find((argument) => typeof argument === "function");
    if (callback !== undefined) process.nextTick(callback as () => void);
    return true;
  };
  process.stdout.write = capture;
  process.stderr.write = capture;
  // Descriptors belong to the whole process: direct writes to 1 are redirected to 2.
  const { writeSync } = fs;
  fs.writeSync = ((descriptor: number, ...rest: [never]) =>
    writeSync(descriptor === 1 ? 2 : descriptor, ...rest)) as typeof fs.writeSync;
  syncBuiltinESMExports();
}

/** Node remarks on every TypeScript file, and on a package.json without "type". Neither is news to the user. */
function hushWarnings(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    const code = "code" in warning ? warning.code : undefined;
    if (warning.name === "ExperimentalWarning" || code === "MODULE_TYPELESS_PACKAGE_JSON") return;
    for (const listener of listeners) listener(warning);
  });
}

function hookImports(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (OWN_NAMES.includes(specifier)) return { url: OWN_ENTRY.href, shortCircuit: true };
      const importer = context.parentURL;
      refuseSpecialManifests(specifier, importer);
      const resolved = resolveOrNote(specifier, importer, () =>
        resolveAsTyped(specifier, importer, (name) => nextResolve(name, context)),
      );
      if (!isUsersFile(resolved.url)) return resolved;
      const file = fileURLToPath(resolved.url);
      files.add(file);
      refuseSpecialModule(file);
      const format = moduleForm(file, resolved.format);
      return format === undefined ? resolved : { ...resolved, format };
    },
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      // A CommonJS module has no text here.
      if (isUsersFile(url) && loaded.source != null) {
        texts.set(fileURLToPath(url), Buffer.from(loaded.source as Uint8Array).toString());
      }
      return loaded;
    },
  });
}

/** A relative import of a user's file that leads nowhere is resolved as TypeScript does. */
function resolveAsTyped(
  specifier: string,
  importer: string | undefined,
  resolve: (specifier: string) => ResolveFnOutput,
): ResolveFnOutput {
  try {
    return resolve(specifier);
  } catch (error) {
    if (importer === undefined || !isUsersFile(importer) || !/^\.{1,2}(?:\/|$)/.test(specifier)) throw error;
    const meant = resolveFile(specifier, fileURLToPath(importer));
    if (meant === undefined) throw error;
    return resolve(meant);
  }
}

/** Records specifiers that cannot be resolved, for the error message. */
function resolveOrNote(
  specifier: string,
  importer: string | undefined,
  resolve: () => ResolveFnOutput,
): ResolveFnOutput {
  try {
    return resolve();
  } catch (error) {
    if (importer?.startsWith("file:")) {
      lastUnresolved = { error, specifier, importer: fileURLToPath(importer) };
    }
    throw error;
  }
}

function isUsersFile(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/") && !url.startsWith(OWN_FOLDER);
}

async function reportThrown(error: unknown): Promise<void> {
  const unresolved =
    lastUnresolved !== undefined && lastUnresolved.error === error
      ? await describeUnresolved(lastUnresolved)
      : undefined;
  send({ kind: "threw", files: [...files], thrown: { ...describe(error), unresolved } });
}

async function describeUnresolved({ importer, specifier }: Unresolved): Promise<Unresolved> {
  if (/^[./]/.test(specifier)) return { specifier, importer };
  const { findByPaths } = await import("./find-by-paths.ts");
  // A tsconfig.json that cannot be read is not what is wrong.
  const byPaths = await findByPaths(specifier, importer).catch(() => undefined);
  return { specifier, importer, byPaths };
}

function describe(error: unknown): Omit<Thrown, "unresolved"> {
  if (error instanceof Error) {
    const { name, message, stack = "" } = error;
    const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
    const cause = error.cause instanceof Error ? ` (cause: ${error.cause.message})` : "";
    return { name, message: `${message}${cause}`, stack: String(stack), code };
  }
  return { name: "", message: `threw ${typeof error}: ${String(error)}`, stack: "" };
}

function send(message: EvaluationMessage): void {
  port?.postMessage(message);
}
