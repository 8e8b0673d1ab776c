// Finds, reads and checks the config: the first stage of every command. core interprets the config.
import { basename, dirname, extname } from "node:path";
import type { ConfigPath, Failure, Location, Result, WrittenConfig } from "@sti/core";
import { type ConfigMemory, createConfigMemory } from "./config-memory.ts";
import { CODE_EXTENSIONS } from "./config-thread.ts";
import { createEvaluationMemory } from "./evaluation-memory.ts";
import { findConfig, nameConfig } from "./find-config.ts";
import type { ConfigFiles } from "./kept-values.ts";
import { locateFailures } from "./locate-failures.ts";
import { applyOverrides, overrideAt, parseOverrides } from "./overrides.ts";
import { applyProfiles, pathInProfile } from "./profiles.ts";
import { readCodeConfig } from "./read-code-config.ts";
import type { ReadConfig, ReadConfigOptions } from "./read-config.ts";
import { readDataConfig } from "./read-data-config.ts";
import { refuseReservedKeys } from "./reserved-keys.ts";
import { SCHEMA_ID } from "./schema-id.ts";

export interface LoadConfigOptions {
  /** Folder to look in, and then in those around it. */
  readonly cwd: string;
  /** The config, absolute or relative to `cwd`; nothing is looked for then. */
  readonly file?: string | undefined;
  /** The command that reads it, for a config that is a function. */
  readonly command: string;
  /** For a config that is a function. Default: "development". */
  readonly mode?: string | undefined;
  /** Names of profiles that are merged into it, one after the other. */
  readonly profile?: readonly string[] | undefined;
  /** Values that take the place of written ones: `apps.api.tag=acme/api:ci`. */
  readonly set?: readonly string[] | undefined;
  /** Keeps what saves later commands time; left out: nothing is kept. */
  readonly memory?: ConfigFiles | undefined;
  /** Time limit for a config that is code, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /**
   * Gets the output of a config that is code; by default it goes to standard error. The output of a process that the
   * config starts with an inherited standard output cannot be caught.
   */
  readonly onOutput?: ((text: string) => void) | undefined;
  /**
   * Gets the files that the config was read from, also of one that is refused, and those that it imports and that
   * are not there; absolute. A change of any may change the answer.
   */
  readonly onFiles?: ((files: readonly string[]) => void) | undefined;
}

/** A config that can be worked with, and where its parts were written. */
export interface LoadedConfig {
  /** Absolute. Its folder is a real path; the file itself may be a symbolic link. */
  readonly file: string;
  /** The folder of `file`, which paths in the config are relative to. */
  readonly directory: string;
  readonly config: WrittenConfig;
  /** The config and everything it imports outside node_modules, absolute: a change of any may change the config. */
  readonly files: readonly string[];
  /** Source location of a path of the config, or the nearest one around it; at worst the start of the file. */
  locate(path: ConfigPath): Location | undefined;
  /** The value of `--set` at a path, as it was given. */
  overrideAt(path: ConfigPath): string | undefined;
}

export async function loadConfig(options: LoadConfigOptions): Promise<Result<LoadedConfig>> {
  const { command, cwd, file: name, mode = "development", timeoutMs = 10_000 } = options;
  const { onOutput = printToStandardError, profile = [], set = [] } = options;
  const overrides = parseOverrides(set);
  if (!overrides.ok) return overrides;
  const found = name === undefined ? findConfig(cwd) : nameConfig(cwd, name);
  if (!found.ok) return refused([found.failure]);
  const { file, others } = found;
  if (others.length > 0) onOutput(describeOthers(basename(file), others));
  const memory =
    options.memory === undefined || SCHEMA_ID === undefined
      ? undefined
      : { files: options.memory, schema: SCHEMA_ID };
  const read = await readConfig({
    file,
    context: { command, mode },
    memory: memory && createEvaluationMemory(memory),
    timeoutMs,
    onOutput,
  });
  options.onFiles?.(read.files);
  if (!read.ok) return refused(read.failures);
  const { files } = read;
  const locate = (path: ConfigPath) => read.locate(pathInProfile(read.value, path, profile));
  // Before anything is merged, which would lose them.
  const reserved = refuseReservedKeys(read.value);
  if (reserved.length > 0) return refused(locateFailures(reserved, read.locate));
  const profiled = applyProfiles(read.value, profile);
  if (!profiled.ok) return profiled;
  const amended = applyOverrides(profiled.value, overrides.value);
  if (!amended.ok) return amended;
  const overridden = (path: ConfigPath) => overrideAt(path, amended.value.overridden, profiled.value);
  const given = overrides.value.length > 0 ? refuseReservedKeys(amended.value.config) : [];
  if (given.length > 0) return refused(locateFailures(given, locate, overridden));
  const checked = await checkConfig(amended.value.config, memory && createConfigMemory(memory));
  if (!checked.ok) return refused(locateFailures(checked.failures, locate, overridden));
  const config = checked.value;
  return {
    ok: true,
    value: { file, directory: dirname(file), config, files, locate, overrideAt: overridden },
  };
}

/** The schema is the dearest import of all: it is loaded for values that were not checked before. */
async function checkConfig(value: unknown, memory: ConfigMemory | undefined): Promise<Result<WrittenConfig>> {
  const known = memory?.recall(value);
  if (known !== undefined) return { ok: true, value: known };
  const { validateConfig } = await import("./validate-config.ts");
  const checked = validateConfig(value);
  if (checked.ok) await memory?.remember(value, checked.value);
  return checked;
}

function readConfig(options: ReadConfigOptions): Promise<ReadConfig> {
  const isCode = (CODE_EXTENSIONS as readonly string[]).includes(extname(options.file));
  return isCode ? readCodeConfig(options) : readDataConfig(options.file);
}

function describeOthers(file: string, others: readonly string[]): string {
  return `sti: warning: ${file} is used, but ${others.join(", ")} in the same folder ${others.length === 1 ? "is" : "are"} not; remove one of them, or pass --config FILE\n`;
}

function printToStandardError(text: string): void {
  process.stderr.write(text);
}

function refused(failures: readonly Failure[]): Result<never> {
  return { ok: false, failures };
}
