// Reads the .env files that a config names.
import { resolve } from "node:path";
import type { ConfigPath, EnvFile, Failure } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { parseEnvFile } from "./parse-env-file.ts";

type EnvFileFailure = Extract<Failure, { code: "config-invalid" }>;

/** Bytes. */
const LARGEST = 1024 ** 2;

export interface ReadEnvFiles {
  /** Variables of each file, by the path that the config gives it; nothing for a file with a failure. */
  readonly files: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** With the path of the config that names the file, and the line in the file. */
  readonly failures: readonly EnvFileFailure[];
}

export async function readEnvFiles(
  files: readonly EnvFile[],
  { directory, signal }: { readonly directory: string; readonly signal?: AbortSignal | undefined },
): Promise<ReadEnvFiles> {
  const failures: EnvFileFailure[] = [];
  const contents = await Promise.all(
    files.map(async (one) => [one.file, await readEnvFile(one, { directory, signal, failures })] as const),
  );
  return { files: new Map(contents), failures };
}

async function readEnvFile(
  { file, path }: { readonly file: string; readonly path: ConfigPath },
  {
    directory,
    failures,
    signal,
  }: {
    readonly directory: string;
    readonly failures: EnvFileFailure[];
    readonly signal: AbortSignal | undefined;
  },
): Promise<Readonly<Record<string, string>>> {
  const absolute = resolve(directory, file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(
      await readSmallFile(absolute, { limit: LARGEST, signal }),
    );
  } catch (error) {
    if (!(error instanceof FileProblem || error instanceof TypeError)) throw error;
    const problem = error instanceof FileProblem ? error.words : "is not UTF-8";
    failures.push({ code: "config-invalid", path, message: `names ${file}, which ${problem}` });
    return {};
  }
  const { problems, variables } = parseEnvFile(text);
  for (const { line, column, message } of problems) {
    failures.push({ code: "config-invalid", path, message, location: { file: absolute, line, column } });
  }
  return problems.length > 0 ? {} : variables;
}
