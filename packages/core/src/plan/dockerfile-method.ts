// Method "build": one generated Dockerfile, sent with the source to the engine's builder.
import type { ArchivePart } from "../source.ts";
import {
  type AppBuild,
  type BaseImage,
  FOLDER,
  idOf,
  ownerOf,
  resultLabels,
  scriptPath,
} from "./app-build.ts";
import { BUILD_ONLY_FOLDER, buildOnlyFiles, buildOnlyVariables, scriptCommand } from "./build-only-files.ts";
import {
  contextMount,
  LINE_END_ARGUMENTS,
  needsLineEndArguments,
  printEnv,
  printExec,
  printRun,
  stageMount,
} from "./dockerfile.ts";
import type { Step } from "./step.ts";

/** Folders of the sent context. The user's files are in one of their own, so that none can pass for ours. */
const CONTEXT = { source: "src", artifacts: "artifacts", output: "build", buildOnly: "sti" } as const;

export function planDockerfileMethod(build: AppBuild): readonly Step[] {
  const { target } = build;
  const dockerfile = { path: "Dockerfile", text: printAppDockerfile(build) };
  const step = (half: "build" | "result"): Step => ({
    kind: "build-image",
    half,
    title: half === "build" ? "the build half of the generated Dockerfile" : "the generated Dockerfile",
    dockerfile,
    parts: contextParts(build),
    buildArgs: needsLineEndArguments(target.env) ? LINE_END_ARGUMENTS : {},
    labels: resultLabels(build, half),
    stage: half === "build" ? "build" : undefined,
    noCache: build.noCache && (half === "build" || build.runtimeImage === undefined),
  });
  const tag: Step = { kind: "tag-image", half: "result", reference: target.tag.full, tag: target.tag.short };
  if (target.buildTag === undefined) return [step("result"), tag];
  const { buildTag } = target;
  return [
    step("build"),
    step("result"),
    { kind: "tag-image", half: "build", reference: buildTag.full, tag: buildTag.short },
    tag,
  ];
}

/** The Dockerfile as it is sent; `sti plan --dockerfile` prints it. */
export function printAppDockerfile(build: AppBuild): string {
  const prepare = scriptCommand(scriptPath(build, "prepare"));
  const buildOnly = contextMount(CONTEXT.buildOnly, BUILD_ONLY_FOLDER);
  const artifacts = contextMount(CONTEXT.artifacts, FOLDER.artifacts);
  const source = contextMount(CONTEXT.source, FOLDER.source);
  const run = [printExec("ENTRYPOINT", []), printExec("CMD", [scriptPath(build, "run")])];

  if (build.runtimeImage === undefined) {
    return lines([
      ...stage(build, build.buildImage, undefined),
      printRun([source, artifacts, buildOnly], prepare),
      ...run,
    ]);
  }
  const { uid, gid } = ownerOf(build.buildImage);
  return lines([
    ...stage(build, build.buildImage, "build"),
    `COPY --chown=${uid}:${gid} ${CONTEXT.output} ${FOLDER.output}`,
    printRun([source, artifacts, buildOnly], prepare),
    "",
    ...stage(build, build.runtimeImage, undefined),
    printRun(
      [
        stageMount("build", FOLDER.output, FOLDER.source),
        contextMount(CONTEXT.artifacts, FOLDER.artifacts),
        buildOnly,
      ],
      prepare,
    ),
    ...run,
  ]);
}

/**
 * The opening of a stage: its base and its variables. Variables that need the arguments for line ends get a stage
 * of their own, since an argument would be seen by every RUN of its stage and kept in the history.
 */
function stage(build: AppBuild, image: BaseImage, name: string | undefined): readonly string[] {
  const as = name === undefined ? "" : ` AS ${name}`;
  const env = printEnv(build.target.env);
  const from = fromReference(image);
  if (!needsLineEndArguments(build.target.env)) return [`FROM ${from}${as}`, ...env];
  const variables = `${name ?? "result"}-variables`;
  return [
    `FROM ${from} AS ${variables}`,
    ...Object.keys(LINE_END_ARGUMENTS).map((name) => `ARG ${name}`),
    ...env,
    "",
    `FROM ${variables}${as}`,
  ];
}

/** The builder takes no bare ids of local images, so the reference is used; the result is checked against the id. */
function fromReference(image: BaseImage): string {
  return image.short;
}

function contextParts(build: AppBuild): readonly ArchivePart[] {
  const owner = ownerOf(build.buildImage);
  const { hostTrust, snapshot, target, time } = build;
  const variables = buildOnlyVariables(target, { time, incremental: false, hostTrust });
  const folder = (path: string): ArchivePart => ({ kind: "directory", path, mode: 0o755, owner });
  return [
    { kind: "source", snapshot, path: CONTEXT.source, owner },
    folder(CONTEXT.artifacts),
    ...(build.runtimeImage === undefined ? [] : [folder(CONTEXT.output)]),
    ...buildOnlyFiles(CONTEXT.buildOnly, variables, hostTrust),
  ];
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}

/** Ids of the images a Dockerfile of ours is based on, base first; for checking the result. */
export function expectedBase(build: AppBuild): string {
  return idOf(build.runtimeImage ?? build.buildImage);
}
