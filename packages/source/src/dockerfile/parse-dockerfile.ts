// What a Dockerfile says about one build of it, by dockerfile-ast; variables are replaced by expand-variables.ts. Pure.
import { DockerfileParser } from "dockerfile-ast";
import type { DockerfileBuild, ParsedBuild } from "./dockerfile-memory.ts";
import { findDockerfileImages } from "./find-dockerfile-images.ts";
import { outlineDockerfile } from "./outline-dockerfile.ts";

/** `problem`: why it is no Dockerfile. */
export function parseDockerfile({
  text,
  ...build
}: DockerfileBuild): ParsedBuild | { readonly problem: string } {
  const parsed = DockerfileParser.parse(text);
  const found = findDockerfileImages(parsed, build);
  if ("problem" in found) return found;
  return { dockerfile: outlineDockerfile(text, parsed), images: found.images };
}
