// Reads the Dockerfiles of image entries: their text and the images they refer to. What parse-dockerfile.ts finds in a text
// is remembered, so that a command on texts that an earlier one has parsed does not load the parser.
import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Failure, failed, type ImageTarget, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { type DockerfileMemory, FORGETFUL, type ParsedBuild } from "./dockerfile-memory.ts";

/** Bytes. */
const LARGEST = 4 * 1024 ** 2;

export interface DockerfileSummary extends ParsedBuild {
  /** Absolute path. */
  readonly file: string;
}

interface ReadDockerfilesOptions {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  /** Left out: everything is parsed. */
  readonly memory?: DockerfileMemory | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** All problems of all targets at once. */
export async function readDockerfiles(
  targets: readonly ImageTarget[],
  options: ReadDockerfilesOptions,
): Promise<Result<ReadonlyMap<string, DockerfileSummary>>> {
  const read = await Promise.all(
    targets.map(async (target) => [target.name, await readDockerfile(target, options)] as const),
  );
  const summaries = new Map<string, DockerfileSummary>();
  const failures: Failure[] = [];
  for (const [name, one] of read) {
    if ("summary" in one) summaries.set(name, one.summary);
    else failures.push(one.failure);
  }
  return failures.length > 0 ? failed(failures) : success(summaries);
}

async function readDockerfile(
  target: ImageTarget,
  { directory, memory = FORGETFUL, signal }: ReadDockerfilesOptions,
): Promise<{ readonly summary: DockerfileSummary } | { readonly failure: Failure }> {
  const context = resolve(directory, target.context);
  const file = resolve(context, target.dockerfile);
  const place = { target: target.name, path: [...target.path, "dockerfile"], file };
  const invalid = (message: string) => ({
    failure: { ...place, code: "dockerfile-invalid", message } as const,
  });
  if (!contains(context, file) && !contains(directory, file)) {
    return invalid("is outside the context and the project");
  }
  let text: string;
  try {
    text = (await readSmallFile(file, { limit: LARGEST, signal })).toString().replace(/^\uFEFF/, "");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind !== "missing") return invalid(error.words);
    const path = [...target.path, "context"];
    const kind = kindOf(context);
    if (kind === "folder") return { failure: { ...place, code: "dockerfile-missing" } };
    const code = kind === "missing" ? "source-missing" : "source-not-a-directory";
    return { failure: { code, target: target.name, path, file: context } };
  }
  const build = { text, args: target.args, stage: target.stage };
  const known = memory.recall(build);
  if (known !== undefined) return { summary: { file, ...known } };
  const { parseDockerfile } = await import("./parse-dockerfile.ts");
  const parsed = parseDockerfile(build);
  if ("problem" in parsed) return invalid(parsed.problem);
  memory.add(build, parsed);
  return { summary: { file, ...parsed } };
}

function kindOf(path: string): "folder" | "file" | "missing" {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "missing";
  return stats.isDirectory() ? "folder" : "file";
}

function contains(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith("../");
}
