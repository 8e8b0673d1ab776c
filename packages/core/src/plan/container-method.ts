// Method "run": containers in which the scripts run, committed afterwards. Volumes keep the source, the
// artifacts and the output out of what is committed.
import type { CommitConfig, ContainerSpec, Mount } from "../engine.ts";
import type { ArchivePart } from "../source.ts";
import {
  type AppBuild,
  baseOf,
  configOf,
  FOLDER,
  idOf,
  mergeEnv,
  ownerOf,
  resultLabels,
  scriptPath,
} from "./app-build.ts";
import { BUILD_ONLY_FOLDER, buildOnlyFiles, buildOnlyVariables, scriptCommand } from "./build-only-files.ts";
import type { Half, Step } from "./step.ts";

/** Replaced by the session with the name of a volume of its own: the output of an extended build. */
export const OUTPUT_VOLUME = "output";

export function planContainerMethod(build: AppBuild): readonly Step[] {
  const { target } = build;
  const tag: Step = { kind: "tag-image", half: "result", reference: target.tag.full, tag: target.tag.short };
  if (target.buildTag === undefined) return [...planHalf(build, "result"), tag];
  const { buildTag } = target;
  return [
    ...planHalf(build, "build"),
    ...planHalf(build, "result"),
    { kind: "tag-image", half: "build", reference: buildTag.full, tag: buildTag.short },
    tag,
  ];
}

function planHalf(build: AppBuild, half: Half): readonly Step[] {
  const image = baseOf(build, half).short;
  return [
    { kind: "create-container", half, image, spec: containerSpec(build, half) },
    { kind: "upload-source", half, parts: uploadParts(build, half) },
    { kind: "run-script", half, script: scriptPath(build, "prepare"), image },
    { kind: "commit-container", half, config: commitConfig(build, half) },
  ];
}

function containerSpec(build: AppBuild, half: Half): Omit<ContainerSpec, "name"> {
  const base = baseOf(build, half);
  const config = configOf(base);
  const [entrypoint, ...cmd] = scriptCommand(scriptPath(build, "prepare"));
  return {
    image: idOf(base),
    entrypoint: [entrypoint as string],
    cmd,
    // A commit takes over what its container was created with, so this is exactly what the image gets.
    env: mergeEnv(config.env, build.target.env),
    user: config.user,
    labels: resultLabels(build, half),
    mounts: mountsOf(build, half),
  };
}

function mountsOf(build: AppBuild, half: Half): readonly Mount[] {
  const owner = ownerOf(baseOf(build, half));
  const extended = build.runtimeImage !== undefined;
  const output: Mount = { kind: "volume", name: OUTPUT_VOLUME, target: FOLDER.output };
  const source: Mount =
    extended && half === "result"
      ? { kind: "volume", name: OUTPUT_VOLUME, target: FOLDER.source }
      : { kind: "volume", target: FOLDER.source };
  return [
    source,
    ...(extended && half === "build" ? [output] : []),
    { kind: "tmpfs", target: FOLDER.artifacts, ...owner, mode: 0o755 },
    { kind: "volume", target: BUILD_ONLY_FOLDER },
  ];
}

function uploadParts(build: AppBuild, half: Half): readonly ArchivePart[] {
  const owner = ownerOf(baseOf(build, half));
  const { hostTrust, snapshot, target, time } = build;
  const variables = buildOnlyVariables(target, { time, incremental: false, hostTrust });
  const extended = build.runtimeImage !== undefined;
  const inside = (path: string) => path.slice(1);
  return [
    ...(extended && half === "result"
      ? []
      : [{ kind: "source", snapshot, path: inside(FOLDER.source), owner } as const]),
    ...(extended && half === "build"
      ? [{ kind: "directory", path: inside(FOLDER.output), mode: 0o755, owner } as const]
      : []),
    ...buildOnlyFiles(inside(BUILD_ONLY_FOLDER), variables, hostTrust),
  ];
}

function commitConfig(build: AppBuild, half: Half): CommitConfig {
  const config = configOf(baseOf(build, half));
  const keepsCommand = half === "build" && build.runtimeImage !== undefined;
  return {
    entrypoint: keepsCommand ? config.entrypoint : [],
    cmd: keepsCommand ? config.cmd : [scriptPath(build, "run")],
    env: mergeEnv(config.env, build.target.env),
    user: config.user,
    workingDir: config.workingDir,
    labels: resultLabels(build, half),
    comment: `sti: ${scriptPath(build, "prepare")}`,
  };
}
