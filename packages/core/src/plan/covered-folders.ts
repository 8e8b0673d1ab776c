// The folders of a build that its mounts cover, so that none of their content can get into the image. Pure.
import type { AppTarget } from "../definition/target.ts";
import { FOLDER } from "./app-build.ts";
import type { BuilderContract } from "./builder-contract.ts";
import type { ImageStage } from "./step.ts";

/**
 * In other folders, prepare may leave files of its own: those of a build without secrets or output. By a Dockerfile, the
 * build stage has its output in the image, where the stage of the result mounts it from.
 */
export function coveredFolders(
  { method, secrets }: Pick<AppTarget, "method" | "secrets">,
  stage: ImageStage,
  { folders }: Pick<BuilderContract, "folders">,
): readonly string[] {
  return [
    folders.source,
    folders.artifacts,
    ...(stage === "build" && method === "container" ? [FOLDER.output] : []),
    FOLDER.buildOnly,
    ...(Object.keys(secrets).length > 0 ? [FOLDER.secrets] : []),
  ];
}
