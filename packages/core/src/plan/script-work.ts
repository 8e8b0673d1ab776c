// The work of one container or build step by the contract of its image: the script, and the commands around it. Pure.
import type { AppBuild, BaseImage } from "./app-build.ts";
import { baseOf, FOLDER, scriptPath } from "./app-build.ts";
import type { ContractScript, InputFile } from "./builder-contract.ts";
import { findOverrides, type Override } from "./source-overrides.ts";
import type { ImageStage } from "./step.ts";

/** Folder of the build-only files with the scripts of the source. */
export const OVERRIDES_FOLDER = "source";

export interface ScriptWork {
  readonly script: string;
  /** Scripts of the source that are put into place first. */
  readonly installs: readonly (Override & { readonly isKept: boolean })[];
  /** Folder whose content is copied to the working directory first. */
  readonly unpacks?: string | undefined;
  /** Copied to the output afterwards. */
  readonly collects: readonly InputFile[];
}

/** The work that makes a stage. */
export function prepareWork(build: AppBuild, stage: ImageStage): ScriptWork {
  const image = baseOf(build, stage);
  const role = prepareRole(build, stage);
  const { folders, fillsOutput, unpacksInput } = image.contract;
  return {
    script: scriptPath(image, role),
    installs: [
      ...installsOf(build, image, role, { isKept: false }),
      ...(stage === "result" ? installsOf(build, image, "run", { isKept: true }) : []),
    ],
    unpacks: role === "prepare-runtime" && unpacksInput ? folders.source : undefined,
    collects: stage === "build" && !fillsOutput ? build.inputFiles : [],
  };
}

/** The work that saves artifacts of the previous image. */
export function saveWork(build: AppBuild): ScriptWork {
  const image = build.buildImage;
  const installs = installsOf(build, image, "save-artifacts", { isKept: false });
  return { script: scriptPath(image, "save-artifacts"), installs, collects: [] };
}

/** The script that turns the source of a stage into something. */
export function prepareScript(build: AppBuild, stage: ImageStage): string {
  return scriptPath(baseOf(build, stage), prepareRole(build, stage));
}

function prepareRole({ runtimeImage }: AppBuild, stage: ImageStage): ContractScript {
  if (stage === "dependencies") return "prepare-dependencies";
  return stage === "result" && runtimeImage !== undefined ? "prepare-runtime" : "prepare";
}

/** All scripts of the source that some stage of the build starts, by their paths in the source. */
export function overridesOf({ buildImage, runtimeImage, snapshot }: AppBuild): readonly string[] {
  const contracts = [buildImage.contract, ...(runtimeImage === undefined ? [] : [runtimeImage.contract])];
  const found = contracts.flatMap((contract) => Object.values(findOverrides(contract, snapshot)));
  return [...new Set(found.map(({ from }) => from))].sort();
}

function installsOf(
  { snapshot }: AppBuild,
  { contract }: BaseImage,
  role: ContractScript,
  { isKept }: { readonly isKept: boolean },
): ScriptWork["installs"] {
  const found = findOverrides(contract, snapshot)[role];
  if (found === undefined) return [];
  return [{ from: `${FOLDER.buildOnly}/${OVERRIDES_FOLDER}/${found.from}`, to: found.to, isKept }];
}
