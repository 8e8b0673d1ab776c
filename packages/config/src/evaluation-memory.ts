// Remembers the values of configs that are code, for which no thread has to be started then: of those whose value
// follows from the texts of their modules and the inputs that they read, which are compared each time.
import { realpathSync } from "node:fs";
import { FileProblem, readSmallFileSync } from "@sti/files";
import type { ConfigContext } from "./define-config.ts";
import { type ConfigFiles, keepValue, nameOf, recallValue, sha256, wholeJson } from "./kept-values.ts";
import type { ConfigReads } from "./recorded-reads.ts";
import { LARGEST_MODULE } from "./refuse-special-modules.ts";

/** Values of one config that are kept: of several modes, commands or environments. */
const MOST_VALUES = 8;

/** A config that was evaluated by one set of inputs. */
export interface Evaluated {
  readonly value: unknown;
  /** Texts of the config and its imports outside node_modules, by their real paths; the config first. */
  readonly texts: ReadonlyMap<string, string>;
}

/** As it is kept: `digests` are of the texts, and variables in `reads` are digests, too. */
interface KeptValue {
  readonly digests: Readonly<Record<string, string>>;
  readonly reads: ConfigReads;
  readonly value: unknown;
}

export interface EvaluationMemory {
  /** Undefined unless all files and all inputs are as they were. `file`: the config, symbolic links resolved. */
  recall(file: string, context: ConfigContext): Evaluated | undefined;
  /** Never rejects: where nothing can be written, the next command evaluates again. */
  remember(file: string, evaluated: Evaluated, reads: ConfigReads): Promise<void>;
}

/** `schema`: stands for all code that takes part in the evaluation. */
export function createEvaluationMemory({
  files,
  schema,
}: {
  readonly files: ConfigFiles;
  readonly schema: string;
}): EvaluationMemory {
  return {
    recall: (file, context) => {
      const texts = new Map<string, string | undefined>();
      const textOf = (name: string) => {
        if (!texts.has(name)) texts.set(name, readText(name));
        return texts.get(name);
      };
      const isAsItWas = ([name, digest]: [string, string]) => {
        const text = textOf(name);
        return text !== undefined && sha256(text) === digest;
      };
      const key = keyOf(file, schema);
      const found = keptValues(files, key).find(
        ({ digests, reads }) => areEqual(reads, context, key) && Object.entries(digests).every(isAsItWas),
      );
      if (found === undefined) return undefined;
      const names = Object.keys(found.digests);
      return { value: found.value, texts: new Map(names.map((name) => [name, textOf(name) ?? ""])) };
    },
    remember: async (file, { texts, value }, reads) => {
      const key = keyOf(file, schema);
      const digests = Object.fromEntries(Array.from(texts, ([name, text]) => [name, sha256(text)]));
      const hidden = { ...reads, env: hideValues(reads.env, key) };
      const others = keptValues(files, key).filter((kept) => wholeJson(kept.reads) !== wholeJson(hidden));
      const json = wholeJson([{ digests, reads: hidden, value }, ...others].slice(0, MOST_VALUES));
      if (json !== undefined) await keepValue(files, key, json);
    },
  };
}

/** Name of the file with the values of a config. */
export function evaluationFile(file: string, schema: string): string {
  return nameOf(keyOf(file, schema));
}

function keptValues(files: ConfigFiles, key: string): readonly KeptValue[] {
  return (recallValue(files, key) as readonly KeptValue[] | undefined) ?? [];
}

/** Another version of sti or of Node, and another way to start it, may give another value. */
function keyOf(file: string, schema: string): string {
  const { execArgv, version, env } = process;
  return sha256(JSON.stringify(["evaluation", schema, version, execArgv, env.NODE_OPTIONS ?? "", file]));
}

function areEqual({ mode, command, env }: ConfigReads, context: ConfigContext, key: string): boolean {
  const now = hideValues(
    Object.fromEntries(Object.keys(env).map((name) => [name, context.env[name] ?? null])),
    key,
  );
  return (
    (mode === undefined || mode === context.mode) &&
    (command === undefined || command === context.command) &&
    Object.entries(env).every(([name, value]) => now[name] === value)
  );
}

/** Variables may be secrets that the config only tests: they are kept as digests. */
function hideValues(env: ConfigReads["env"], key: string): ConfigReads["env"] {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value === null ? null : sha256(JSON.stringify([key, name, value])),
    ]),
  );
}

/** Undefined unless there is a regular file by this very path: relative imports of a link are those of its target. */
function readText(file: string): string | undefined {
  try {
    return realpathSync(file) === file
      ? readSmallFileSync(file, { limit: LARGEST_MODULE }).toString()
      : undefined;
  } catch (error) {
    if (error instanceof FileProblem || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
