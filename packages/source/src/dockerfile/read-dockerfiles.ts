// Reads the Dockerfiles of image entries: their text and the images they refer to. Parsed by dockerfile-ast; variables
// are replaced by expand-variables.ts.
import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { type Dockerfile, type Failure, failed, type ImageTarget, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { DockerfileParser } from "dockerfile-ast";
import { findDockerfileImages } from "./find-dockerfile-images.ts";
import { outlineDockerfile } from "./outline-dockerfile.ts";

/** Bytes. */
const LARGEST = 4 * 1024 ** 2;

export interface DockerfileSummary {
  /** Absolute path. */
  readonly file: string;
  readonly dockerfile: Dockerfile;
  /**
   * References as written, variables replaced, each once: those needed for the target's stage. A reference with a
   * variable that only the engine knows is left out.
   */
  readonly images: readonly string[];
}

/** `directory`: folder of the config file, absolute. All problems of all targets at once. */
export async function readDockerfiles(
  targets: readonly ImageTarget[],
  { directory, signal }: { readonly directory: string; readonly signal?: AbortSignal | undefined },
): Promise<Result<ReadonlyMap<string, DockerfileSummary>>> {
  const read = await Promise.all(
    targets.map(async (target) => [target.name, await readDockerfile(target, directory, signal)] as const),
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
  directory: string,
  signal: AbortSignal | undefined,
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
    const kind = await kindOf(context);
    if (kind === "folder") return { failure: { ...place, code: "dockerfile-missing" } };
    const code = kind === "missing" ? "source-missing" : "source-not-a-directory";
    return { failure: { code, target: target.name, path, file: context } };
  }
  const parsed = DockerfileParser.parse(text);
  const found = findDockerfileImages(parsed, { args: target.args, stage: target.stage });
  if ("problem" in found) return invalid(found.problem);
  return { summary: { file, dockerfile: outlineDockerfile(text, parsed), images: found.images } };
}

async function kindOf(path: string): Promise<"folder" | "file" | "missing"> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (stats === undefined) return "missing";
  return stats.isDirectory() ? "folder" : "file";
}

function contains(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith("../");
}
