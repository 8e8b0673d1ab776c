// Whether the engine keeps the sources of a project from build to build, and under whose name.
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import type { Session } from "@sti/core";
import { isCi } from "../process/is-ci.ts";
import type { ProjectConfig } from "./assemble-graph.ts";

/**
 * Of a config in a file, on a machine where builds follow each other: what CI keeps is rarely there for its next job,
 * and then nobody would remove it.
 */
export function sourceCaches(
  { files }: Pick<ProjectConfig, "files">,
  env: Readonly<Record<string, string | undefined>>,
): Session["sourceCaches"] {
  const [config] = files;
  if (config === undefined || isCi(env)) return undefined;
  const project = createHash("sha256").update(`${hostname()}\n${config}`).digest("hex").slice(0, 12);
  return { project };
}
