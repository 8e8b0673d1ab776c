// A config that is code: runs it, and turns every way in which that can end into a value or failures.
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ConfigPath, Failure, Location } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { describeThrown } from "./describe-thrown.ts";
import { evaluateConfig } from "./evaluate-config.ts";
import type { Thrown } from "./evaluation-worker.ts";
import { makeCodeLocator } from "./locate-in-code.ts";
import type { ReadConfig, ReadConfigOptions } from "./read-config.ts";
import { LARGEST_MODULE } from "./refuse-special-modules.ts";

export async function readCodeConfig(options: ReadConfigOptions): Promise<ReadConfig> {
  const { context, file, memory, timeoutMs, onOutput } = options;
  // Node names a module by its real path; the user knows it by the name that was found.
  // Nothing is awaited before the thread is started: its start takes longer than all else, and goes on by itself.
  const realFile = realpathSync(file);
  const named = (name: string) => (name === realFile ? file : name);
  const known = memory?.recall(realFile, { ...context, env: process.env });
  if (known !== undefined) {
    const locate = namedLocator(makeCodeLocator(realFile, known.texts), named);
    return { ok: true, value: known.value, files: filesOf(file, known.texts.keys()), locate };
  }
  const evaluation = await evaluateConfig({ file: realFile, context, timeoutMs, onOutput });
  switch (evaluation.kind) {
    case "timeout":
      return refused([{ code: "config-timeout", file, seconds: timeoutMs / 1000 }], [file]);
    case "exited":
      return refused([{ code: "config-exited", file, exitCode: evaluation.exitCode }], [file]);
    case "no-default-export":
      return refused([{ code: "config-no-default-export", file }], [file]);
    case "threw": {
      const sources = await readSources(evaluation.files);
      const failure = renamed(describeThrown({ thrown: evaluation.thrown, file, sources }), named);
      return refused([failure], [file, ...evaluation.files, ...wantedFiles(evaluation.thrown)]);
    }
    case "value": {
      const sources = await readSources(evaluation.files);
      const locate = namedLocator(makeCodeLocator(realFile, sources), named);
      const { problems, value } = evaluation;
      const files = filesOf(file, evaluation.files);
      if (problems.length > 0) {
        return refused(
          problems.map(({ path, message }) => ({
            code: "config-invalid",
            path,
            message,
            location: locate(path),
          })),
          files,
        );
      }
      if (memory !== undefined) {
        // The command goes on meanwhile.
        void evaluation.inputs.then(async (inputs) => {
          if (inputs === undefined) return;
          await memory.remember(realFile, { value, texts: inputs.texts }, inputs.reads);
        });
      }
      return { ok: true, value, files, locate };
    }
  }
}

/** The config by the name that was found, and all modules. */
function filesOf(file: string, modules: Iterable<string>): readonly string[] {
  return [...new Set([file, ...modules])];
}

/** The present texts: a place that is requested later is one in the evaluated code. */
async function readSources(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  for (const file of files) {
    try {
      sources.set(file, (await readSmallFile(file, { limit: LARGEST_MODULE })).toString());
    } catch (error) {
      // Its places are then not known; the result of its evaluation is valid all the same.
      if (!(error instanceof FileProblem)) throw error;
    }
  }
  return sources;
}

function namedLocator(locate: (path: ConfigPath) => Location, named: (name: string) => string) {
  return (path: ConfigPath): Location => {
    const location = locate(path);
    return { ...location, file: named(location.file) };
  };
}

function renamed(failure: Failure, named: (name: string) => string): Failure {
  if (failure.code !== "config-threw" && failure.code !== "config-syntax") return failure;
  if (failure.location === undefined) return failure;
  return { ...failure, location: { ...failure.location, file: named(failure.location.file) } };
}

/** A file of the project that was to be imported and is not there. */
function wantedFiles({ unresolved }: Thrown): readonly string[] {
  if (unresolved === undefined || !unresolved.specifier.startsWith(".")) return [];
  return [resolve(dirname(unresolved.importer), unresolved.specifier)];
}

function refused(failures: readonly Failure[], files: readonly string[]): ReadConfig {
  return { ok: false, failures, files };
}
