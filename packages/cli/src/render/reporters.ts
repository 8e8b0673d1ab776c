// Chooses a session's renderers and their outputs: from the command line, else from the environment.
import { isCi } from "../process/is-ci.ts";
import type { Output } from "./renderer.ts";

/** Everything that --reporter can name. */
export const REPORTERS = ["viewport", "plain", "quiet", "silent", "ndjson", "github", "gitlab"] as const;
export type ReporterName = (typeof REPORTERS)[number];

export interface Reporter {
  readonly name: ReporterName;
  /** Output file, as given on the command line; undefined for the standard streams. */
  readonly file: string | undefined;
}

export interface ReporterWishes {
  readonly quiet: boolean;
  /** All output is wanted, which a viewport cannot show. */
  readonly verbose: boolean;
  /** Names; those that fit the place where there are none. */
  readonly reporter: readonly ReporterName[];
  /** FILE, or NAME=FILE. */
  readonly outputFile: readonly string[];
  readonly stdout: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The renderers, or a problem with the wishes. */
export function chooseReporters(
  wishes: ReporterWishes,
): { readonly reporters: readonly Reporter[] } | { readonly problem: string } {
  const named = wishes.reporter;
  const files = new Map<ReporterName, string>();
  for (const written of wishes.outputFile) {
    const read = readOutputFile(written, named);
    if ("problem" in read) return { problem: `--output-file ${written}: ${read.problem}` };
    if (files.has(read.name)) return { problem: `--output-file names two files for ${read.name}` };
    files.set(read.name, read.file);
  }
  const shown = named.length > 0 ? named : [usualReporter(wishes)];
  const all = [...new Set([...shown, ...files.keys()])];
  const reporters = all.map((name) => ({ name, file: files.get(name) }));
  const onScreen = reporters.filter(({ file, name }) => file === undefined && name !== "silent");
  if (onScreen.length > 1) {
    const names = onScreen.map(({ name }) => name).join(" and ");
    return {
      problem: `${names} would both write to standard output; give one a file: --output-file NAME=FILE`,
    };
  }
  return { reporters };
}

function readOutputFile(
  written: string,
  named: readonly ReporterName[],
): { readonly name: ReporterName; readonly file: string } | { readonly problem: string } {
  const [, prefix, file = written] = /^([a-z]+)=(.+)$/s.exec(written) ?? [];
  const name = prefix ?? (named.length === 1 ? named[0] : undefined);
  if (name === undefined) return { problem: "no reporter for the file; use NAME=FILE" };
  if (!isReporter(name)) {
    return { problem: `unknown reporter "${name}"; there are ${REPORTERS.join(", ")}` };
  }
  if (name === "viewport" || name === "silent") return { problem: `${name} does not write to a file` };
  return { name, file };
}

/** Default for the environment: a terminal with a user, a CI with its own log format, a pipe. */
export function usualReporter({
  quiet,
  verbose,
  stdout,
  env,
}: Pick<ReporterWishes, "quiet" | "verbose" | "stdout" | "env">): ReporterName {
  if (quiet) return "quiet";
  if (verbose) return "plain";
  if (isSet(env.GITHUB_ACTIONS)) return "github";
  if (isSet(env.GITLAB_CI)) return "gitlab";
  return stdout.isTTY === true && env.TERM !== "dumb" && !isCi(env) ? "viewport" : "plain";
}

function isReporter(name: string): name is ReporterName {
  return (REPORTERS as readonly string[]).includes(name);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
