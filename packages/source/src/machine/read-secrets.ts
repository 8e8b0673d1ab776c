// Reads the values of secrets, from the environment and from files. They go nowhere but into the session.
import { resolve } from "node:path";
import {
  type Failure,
  failed,
  type Result,
  type Secret,
  type SecretValues,
  success,
  type Target,
} from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";

/** Larger ones are files that belong elsewhere. Bytes. */
const LARGEST = 64 * 1024;

export interface SecretsHost {
  /** Files are relative to it. Absolute. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Every secret of the targets; failures name the secret and its problem, never its value. */
export async function readSecrets(
  targets: readonly Target[],
  host: SecretsHost,
): Promise<Result<SecretValues>> {
  const failures: Failure[] = [];
  const values = new Map<string, ReadonlyMap<string, Uint8Array>>();
  for (const target of targets) {
    values.set(target.name, await readOf(target, host, failures));
  }
  return failures.length > 0 ? failed(failures) : success(values);
}

async function readOf(
  target: Target,
  host: SecretsHost,
  failures: Failure[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  for (const [name, source] of Object.entries(target.secrets)) {
    const value = await readSecret(source, host);
    if (typeof value !== "string") values.set(name, value);
    else failures.push({ code: "config-invalid", path: [...target.path, "secrets", name], message: value });
  }
  return values;
}

/** The value, or the problem, in plain words; it follows the place in the config. */
export async function readSecret(
  source: Secret,
  { directory, env, signal }: SecretsHost,
): Promise<Uint8Array | string> {
  if ("env" in source) return readVariable(source.env, env);
  return await readFile(resolve(directory, source.file), signal);
}

function readVariable(name: string, env: Readonly<Record<string, string | undefined>>): Uint8Array | string {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) return `takes ${name} from the environment, where it is not set; set it`;
  return check(Buffer.from(value), `${name} of the environment`);
}

async function readFile(file: string, signal: AbortSignal | undefined): Promise<Uint8Array | string> {
  try {
    return check(await readSmallFile(file, { limit: LARGEST, signal }), file);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    const hint =
      error.kind === "special" ? ": write it to a file, or take it from a variable with `env`" : "";
    return `is taken from ${file}, which ${error.words}${hint}`;
  }
}

function check(value: Uint8Array, from: string): Uint8Array | string {
  if (value.length === 0) return `is taken from ${from}, which is empty`;
  return value.length > LARGEST ? `is taken from ${from}, which is larger than 64 KiB` : value;
}
