// Reads .env files: Node's own parser, after a check that no line is lost by it.
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import type { ConfigPath, EnvFile, Failure } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";

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
  const problems = checkLines(text);
  for (const { line, column, message } of problems) {
    failures.push({ code: "config-invalid", path, message, location: { file: absolute, line, column } });
  }
  return problems.length > 0 ? {} : (parseEnv(text) as Record<string, string>);
}

interface LineProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The parser skips lines that it does not understand; here they are an error. */
function checkLines(text: string): readonly LineProblem[] {
  const problems: LineProblem[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const column = line.search(/\S/) + 1;
    const problem = (message: string) => problems.push({ line: index + 1, column, message });
    if (column === 0 || line.trimStart().startsWith("#")) continue;
    const match = /^\s*(?:export\s+)?([^=]*?)\s*=\s*(.*)$/.exec(line);
    const [, name = "", value = ""] = match ?? [];
    if (match === null) problem("is not NAME=value");
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      problem(`${JSON.stringify(name)} is not a name of a variable`);
    else if (name === "__proto__") problem("a variable cannot be called __proto__");
    else if (value.includes("\0")) problem("must not contain a NUL character");
    else if (/^["'`]/.test(value) && !value.slice(1).includes(value.charAt(0))) {
      const quote = value.charAt(0);
      const end = lines.findIndex((later, at) => at > index && later.includes(quote));
      if (end === -1) {
        problem(`a value opens with ${quote}, and nothing closes it`);
        return problems;
      }
      index = end;
    }
  }
  return problems;
}
