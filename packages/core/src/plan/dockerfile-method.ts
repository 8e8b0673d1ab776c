// Method "build": one generated Dockerfile, sent with the source to the engine's builder.
import type { ArchivePart, Owner } from "../source/source.ts";
import {
  type AppBuild,
  type BaseImage,
  cacheName,
  FOLDER,
  ownerOf,
  prepareScript,
  restoredUser,
  resultLabels,
  scriptPath,
  secretNames,
  startTagOf,
} from "./app-build.ts";
import { buildOnlyFiles, buildOnlyVariables } from "./build-only-files.ts";
import {
  cacheMount,
  contextMount,
  emptyMount,
  LINE_END_ARGUMENTS,
  needsLineEndArguments,
  printEnv,
  printExec,
  printRun,
  secretMount,
  stageMount,
} from "./dockerfile.ts";
import { fillingCommand, guardedCommand, scriptCommand } from "./script-command.ts";
import type { MadeHalf, Step } from "./step.ts";

/**
 * Folders of the sent context. The user's files are in one of their own, so that none can pass for ours.
 * `fresh` holds empty folders: copied to /tmp as a whole, since only then their owners replace those of folders
 * that an image has already.
 */
const CONTEXT = {
  source: "src",
  artifacts: "artifacts",
  buildOnly: "sti",
  freshArtifacts: "fresh-artifacts",
  freshOutput: "fresh-output",
} as const;

const STAGE = { artifacts: "artifacts", build: "build", result: "result" } as const;

export function planDockerfileMethod(build: AppBuild): readonly Step[] {
  const { target } = build;
  const isLayer = build.inputs !== undefined;
  const text = isLayer ? printLayerDockerfile(build) : printAppDockerfile(build);
  const dockerfile = { path: "Dockerfile", text };
  const step = (half: MadeHalf): Step => ({
    kind: "build-image",
    half,
    title: TITLES[half],
    dockerfile,
    parts: contextParts(build),
    buildArgs: needsLineEndArguments(target.env) ? LINE_END_ARGUMENTS : {},
    labels: resultLabels(build, half),
    stage: half === "build" ? STAGE.build : undefined,
    network: target.limits.network,
    hosts: target.limits.hosts,
    timeout: target.limits.timeout,
    secrets: secretNames(build),
    noCache: false,
    keepsSteps: false,
    // Every RUN mounts this folder, so each runs anew. BuildKit's own way, "nocache", empties the cache mounts, too.
    ...(build.noCache ? { nonce: `${CONTEXT.buildOnly}/nonce` } : {}),
  });
  const last = isLayer ? "dependencies" : "result";
  const tag: Step = { kind: "tag-image", half: last, reference: target.tag.full, tag: target.tag.short };
  if (target.buildTag === undefined) return [step(last), tag];
  const { buildTag } = target;
  return [
    step("build"),
    step("result"),
    { kind: "tag-image", half: "build", reference: buildTag.full, tag: buildTag.short },
    tag,
  ];
}

const TITLES: Readonly<Record<MadeHalf, string>> = {
  dependencies: "the Dockerfile of the dependency layer",
  build: "the build half of the generated Dockerfile",
  result: "the generated Dockerfile",
};

/** The Dockerfile of a dependency layer: only its inputs are in the mounted source. */
function printLayerDockerfile(build: AppBuild): string {
  const { buildImage } = build;
  const mounts = [contextMount(CONTEXT.source, FOLDER.source), ...sharedMounts(build, buildImage)];
  const command = scriptCommand(prepareScript(build));
  return lines([
    `FROM ${buildImage.short}`,
    ...asUser(build, buildImage, [printRun({ mounts, network: build.stepNetwork }, command)]),
  ]);
}

/** The Dockerfile as it is sent; `sti plan --dockerfile` prints it. */
export function printAppDockerfile(build: AppBuild): string {
  const prepare = prepareScript(build);
  const runWith = (mounts: readonly string[], words: readonly string[]) =>
    printRun({ mounts, network: build.stepNetwork }, words);
  const run = [printExec("ENTRYPOINT", []), printExec("CMD", [scriptPath(build, "run")])];
  const mounts = [contextMount(CONTEXT.source, FOLDER.source), artifactsMount(build)];
  if (build.runtimeImage === undefined) {
    return lines([
      ...artifactsStage(build),
      ...openStage(build, build.buildImage, undefined),
      ...asUser(build, build.buildImage, [
        runWith([...mounts, ...sharedMounts(build, build.buildImage)], scriptCommand(prepare)),
      ]),
      ...run,
    ]);
  }
  const { uid, gid } = ownerOf(build.buildImage);
  return lines([
    ...artifactsStage(build),
    ...openStage(build, build.buildImage, STAGE.build),
    `COPY --chown=${uid}:${gid} ${CONTEXT.freshOutput} /tmp`,
    ...asUser(build, build.buildImage, [
      runWith([...mounts, ...sharedMounts(build, build.buildImage)], fillingCommand(prepare, FOLDER.output)),
    ]),
    "",
    ...openStage(build, build.runtimeImage, undefined),
    ...asUser(build, build.runtimeImage, [
      runWith(
        [
          stageMount(STAGE.build, FOLDER.output, FOLDER.source),
          contextMount(CONTEXT.artifacts, FOLDER.artifacts),
          ...sharedMounts(build, build.runtimeImage),
        ],
        scriptCommand(prepare),
      ),
    ]),
    ...run,
  ]);
}

/** The previous image with its saved artifacts; a stage of its own, of which nothing gets into the result. */
function artifactsStage(build: AppBuild): readonly string[] {
  if (build.reuse.kind !== "incremental") return [];
  const { uid, gid } = ownerOf(build.buildImage);
  const save = guardedCommand(scriptPath(build, "save-artifacts"), FOLDER.artifacts, build.target.artifacts);
  return [
    `FROM ${build.reuse.previous.short} AS ${STAGE.artifacts}`,
    `COPY --chown=${uid}:${gid} ${CONTEXT.freshArtifacts} /tmp`,
    ...printUser(build.target.limits.user),
    printRun(
      { mounts: [contextMount(CONTEXT.buildOnly, FOLDER.buildOnly)], network: build.stepNetwork },
      save,
    ),
    "",
  ];
}

function artifactsMount(build: AppBuild): string {
  return build.reuse.kind === "incremental"
    ? stageMount(STAGE.artifacts, FOLDER.artifacts, FOLDER.artifacts)
    : contextMount(CONTEXT.artifacts, FOLDER.artifacts);
}

function sharedMounts(build: AppBuild, image: BaseImage): readonly string[] {
  const owner = ownerOf(image);
  return [
    contextMount(CONTEXT.buildOnly, FOLDER.buildOnly),
    ...build.target.caches.map((cache) =>
      cacheMount({ id: cacheName(cache.id, owner), target: cache.target, owner }),
    ),
    ...secretMounts(build, owner),
  ];
}

/** Instructions that the app's user runs; afterwards the image has its own again. */
function asUser(build: AppBuild, image: BaseImage, instructions: readonly string[]): readonly string[] {
  const own = restoredUser(build, image);
  // A name that the image's maker chose is no text for a Dockerfile.
  const { uid, gid } = image.facts?.imageOwner ?? { uid: 0, gid: 0 };
  const plain = own === undefined || /^[\w.:-]+$/.test(own) ? own : `${uid}:${gid}`;
  return [...printUser(build.target.limits.user), ...instructions, ...printUser(plain)];
}

function printUser(user: string | undefined): readonly string[] {
  return user === undefined ? [] : [`USER ${user}`];
}

/** In a folder of memory, so that no empty files in their places get into the image. */
function secretMounts(build: AppBuild, owner: Owner): readonly string[] {
  const names = secretNames(build);
  if (names.length === 0) return [];
  const mounts = names.map((name) => secretMount({ name, target: `${FOLDER.secrets}/${name}`, owner }));
  return [emptyMount(FOLDER.secrets), ...mounts];
}

/**
 * The opening of a stage: its base and its variables. Variables that need the arguments for line ends get a stage
 * of their own, since an argument would be seen by every RUN of its stage and kept in the history. The builder
 * takes no bare ids of local images, so references are used; the result is checked against the ids.
 */
function openStage(build: AppBuild, image: BaseImage, name: string | undefined): readonly string[] {
  const as = name === undefined ? "" : ` AS ${name}`;
  const env = printEnv(build.target.env);
  if (!needsLineEndArguments(build.target.env)) return [`FROM ${startTagOf(image)}${as}`, ...env];
  const variables = `${name ?? STAGE.result}-variables`;
  return [
    `FROM ${startTagOf(image)} AS ${variables}`,
    ...Object.keys(LINE_END_ARGUMENTS).map((argument) => `ARG ${argument}`),
    ...env,
    "",
    `FROM ${variables}${as}`,
  ];
}

function contextParts(build: AppBuild): readonly ArchivePart[] {
  const owner = ownerOf(build.buildImage);
  const { changed, hostTrust, inputs, reuse, snapshot } = build;
  const incremental = reuse.kind === "incremental";
  const folder = (path: string): ArchivePart => ({ kind: "directory", path, mode: 0o755, owner });
  return [
    { kind: "source", snapshot, path: CONTEXT.source, owner, changed, only: inputs },
    folder(CONTEXT.artifacts),
    ...(incremental ? [folder(`${CONTEXT.freshArtifacts}/artifacts`)] : []),
    ...(build.runtimeImage === undefined ? [] : [folder(`${CONTEXT.freshOutput}/build`)]),
    ...buildOnlyFiles(CONTEXT.buildOnly, buildOnlyVariables(build), hostTrust),
  ];
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
