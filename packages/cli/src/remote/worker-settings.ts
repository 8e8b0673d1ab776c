// The settings of a worker: keys that it trusts, secrets that it has, limits of scripts. All of them are its own.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  createResultSignatures,
  parseSigningKey,
  parseVerificationKey,
  type VerificationKey,
} from "@sti/attest";
import { type Failure, failed, parseSize, type Result, type ResultSignatures, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import type { TaskPolicy } from "@sti/queue";
import { impossible } from "./connect-queue.ts";

export interface WorkerFlags {
  readonly trust?: readonly string[];
  readonly allowUnsigned?: boolean;
  readonly allowRegistry?: readonly string[];
  readonly allowHostNetwork?: boolean;
  readonly memory?: string;
  readonly cpus?: number;
  readonly timeLimit?: number;
  /** Folder with a file for each secret. */
  readonly secrets?: string;
  /** File with the private key that signs results. */
  readonly signingKey?: string;
  /** Keys that results have to be signed by. */
  readonly verify?: readonly string[];
}

export interface WorkerSettings {
  readonly policy: TaskPolicy & {
    readonly keys: readonly VerificationKey[];
    readonly allowsUnsigned: boolean;
  };
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly signatures: ResultSignatures | undefined;
}

/** Bytes. */
const LARGEST = 64 * 1024;

export async function readWorkerSettings(flags: WorkerFlags): Promise<Result<WorkerSettings>> {
  const { allowHostNetwork = false, allowRegistry, allowUnsigned = false, memory } = flags;
  const failures: Failure[] = [];
  const keysOf = (option: string, written: readonly string[] = []) =>
    written.flatMap((text) => {
      const key = parseVerificationKey(text);
      if (!("problem" in key)) return [key];
      failures.push(
        impossible(
          `${option}: the key ${key.problem}`,
          "pass the public key that sti attest keygen prints: ed25519:BASE64",
        ),
      );
      return [];
    });
  const keys = keysOf("--trust", flags.trust);
  if (keys.length === 0 && !allowUnsigned && failures.length === 0) {
    const hint =
      "pass --trust with the public key of those who order builds, or --allow-unsigned in a closed network";
    failures.push(
      impossible("a worker without --trust would build for everybody who reaches the queue", hint),
    );
  }
  const verify = keysOf("--verify", flags.verify);
  const problem = (text: string) => {
    failures.push(impossible(text, "check the file"));
  };
  const secrets = await readFolder(flags.secrets, problem);
  const signing = await readKey(flags.signingKey, problem);
  if (failures.length > 0) return failed(failures);
  const signs = signing !== undefined || verify.length > 0;
  return success({
    policy: {
      keys,
      allowsUnsigned: allowUnsigned,
      registries: allowRegistry,
      allowsHostNetwork: allowHostNetwork,
      memory: memory === undefined ? undefined : parseSize(memory),
      cpus: flags.cpus,
      timeout: flags.timeLimit,
    },
    secrets,
    signatures: signs ? createResultSignatures(signing, verify) : undefined,
  });
}

async function readFolder(
  folder: string | undefined,
  problem: (text: string) => void,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  if (folder === undefined) return values;
  try {
    // Kubernetes has links to a hidden folder beside them.
    const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
    for (const name of names) values.set(name, await readSmallFile(join(folder, name), { limit: LARGEST }));
  } catch (error) {
    problem(`--secrets ${folder}: ${wordsOf(error)}`);
  }
  return values;
}

async function readKey(file: string | undefined, problem: (text: string) => void) {
  if (file === undefined) return undefined;
  try {
    const key = parseSigningKey(await readSmallFile(file, { limit: LARGEST }));
    if (!("problem" in key)) return key;
    problem(`--signing-key ${file}: the key ${key.problem}`);
  } catch (error) {
    problem(`--signing-key ${file}: ${wordsOf(error)}`);
  }
  return undefined;
}

function wordsOf(error: unknown): string {
  if (error instanceof FileProblem) return error.words;
  if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  return (error as Error).message;
}
