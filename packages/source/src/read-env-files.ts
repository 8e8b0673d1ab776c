// Reads .env files: Node's own parser, after a check that no line is lost by it.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import type { ConfigPath, EnvFile, Failure } from "@sti/core";

type EnvFileFailure = Extract<Failure, { code: "config-invalid" }>;

export interface ReadEnvFiles {
  /** What each file holds, by the path that the config gives it; nothing for a file with a failure. */
  readonly files: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** With the path of the config that names the file, and the line in the file. */
  readonly failures: readonly EnvFileFailure[];
}

export async function readEnvFiles(
  files: readonly EnvFile[],
  { directory }: { readonly directory: string },
): Promise<ReadEnvFiles> {
  const failures: EnvFileFailure[] = [];
  const contents = await Promise.all(
    files.map(async ({ file, path }) => [file, await readEnvFile(file, path, directory, failures)] as const),
  );
  return { files: new Map(contents), failures };
}

async function readEnvFile(
  file: string,
  path: ConfigPath,
  directory: string,
  failures: EnvFileFailure[],
): Promise<Readonly<Record<string, string>>> {
  const absolute = resolve(directory, file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(absolute));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = { ENOENT: "does not exist", EISDIR: "is a folder", EACCES: "may not be read" }[code ?? ""];
    const problem = why ?? (code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "is not UTF-8" : message);
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

/** The parser skips what it does not understand; here that is an error. */
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
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) problem(`${JSON.stringify(name)} is no variable's name`);
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
