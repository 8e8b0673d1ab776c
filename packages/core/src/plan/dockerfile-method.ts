// The Dockerfile method: one generated Dockerfile, sent with the source to the engine's builder.
import type { ArchivePart, Owner } from "../source/source.ts";
import {
  type AppBuild,
  type BaseImage,
  baseOf,
  cacheName,
  configOf,
  FOLDER,
  ownerOf,
  restoredUser,
  resultLabels,
  scriptPath,
  secretNames,
  startTagOf,
} from "./app-build.ts";
import { buildOnlyFiles } from "./build-only-files.ts";
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
import { proofInstruction } from "./proof.ts";
import { fillingCommand, guardedCommand, scriptCommand } from "./script-command.ts";
import { prepareWork, saveWork } from "./script-work.ts";
import type { ImageStage, Step } from "./step.ts";

/**
 * Folders of the sent context. The user's files are in one of their own, so that none can pass for ours.
 * `fresh` holds empty folders: copied as a whole to the folder that they go to, since only then their owners replace those of folders
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
  const step = (stage: ImageStage): Step => ({
    kind: "build-image",
    stage,
    title: TITLES[stage],
    dockerfile,
    parts: contextParts(build),
    buildArgs: needsLineEndArguments(target.env) ? LINE_END_ARGUMENTS : {},
    labels: resultLabels(build, stage),
    dockerfileStage: stage === "build" ? STAGE.build : undefined,
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
  const tag: Step = { kind: "tag-image", stage: last, reference: target.tag.full, tag: target.tag.short };
  if (target.buildTag === undefined) return [step(last), tag];
  const { buildTag } = target;
  return [
    step("build"),
    step("result"),
    { kind: "tag-image", stage: "build", reference: buildTag.full, tag: buildTag.short },
    tag,
  ];
}

const TITLES: Readonly<Record<ImageStage, string>> = {
  dependencies: "the Dockerfile of the dependency layer",
  build: "the build stage of the generated Dockerfile",
  result: "the generated Dockerfile",
};

/** The Dockerfile of a dependency layer: only its inputs are in the mounted source. */
function printLayerDockerfile(build: AppBuild): string {
  const { buildImage } = build;
  const { source } = buildImage.contract.folders;
  const mounts = [contextMount(CONTEXT.source, source), ...sharedMounts(build, buildImage)];
  const command = scriptCommand(prepareWork(build, "dependencies"));
  return lines([
    `FROM ${startTagOf(buildImage)}`,
    ...asUser(buildImage, [printRun({ mounts, network: build.stepNetwork }, command)]),
    proofInstruction(build.key),
  ]);
}

/** The Dockerfile as it is sent; `sti plan --dockerfile` prints it. */
export function printAppDockerfile(build: AppBuild): string {
  const runWith = (mounts: readonly string[], words: readonly string[]) =>
    printRun({ mounts, network: build.stepNetwork }, words);
  const proof = proofInstruction(build.key);
  const end = [...printStart(baseOf(build, "result")), proof];
  const { folders } = build.buildImage.contract;
  const mounts = [contextMount(CONTEXT.source, folders.source), ...artifactsMount(build)];
  if (build.runtimeImage === undefined) {
    return lines([
      ...artifactsStage(build),
      ...openStage(build, build.buildImage, undefined),
      ...asUser(build.buildImage, [
        runWith(
          [...mounts, ...sharedMounts(build, build.buildImage)],
          scriptCommand(prepareWork(build, "result")),
        ),
      ]),
      ...end,
    ]);
  }
  const { uid, gid } = ownerOf(build.buildImage);
  return lines([
    ...artifactsStage(build),
    ...openStage(build, build.buildImage, STAGE.build),
    `COPY --chown=${uid}:${gid} ${CONTEXT.freshOutput} /tmp`,
    ...asUser(build.buildImage, [
      runWith(
        [...mounts, ...sharedMounts(build, build.buildImage)],
        fillingCommand(prepareWork(build, "build"), FOLDER.output),
      ),
    ]),
    proof,
    "",
    ...openStage(build, build.runtimeImage, undefined),
    ...asUser(build.runtimeImage, [
      runWith(
        [
          stageMount(STAGE.build, FOLDER.output, build.runtimeImage.contract.folders.source),
          ...emptyArtifactsMount(build.runtimeImage),
          ...sharedMounts(build, build.runtimeImage),
        ],
        scriptCommand(prepareWork(build, "result")),
      ),
    ]),
    ...end,
  ]);
}

/** The previous image with its saved artifacts; a stage of its own, of which nothing gets into the result. */
function artifactsStage(build: AppBuild): readonly string[] {
  if (build.reuse.kind !== "incremental") return [];
  const { buildImage } = build;
  const { uid, gid } = ownerOf(buildImage);
  const { contract } = buildImage;
  const { artifacts, folders } = contract;
  const save = guardedCommand(
    saveWork(build),
    { artifacts, folder: folders.artifacts },
    build.target.artifacts,
  );
  return [
    `FROM ${build.reuse.previous.short} AS ${STAGE.artifacts}`,
    `COPY --chown=${uid}:${gid} ${CONTEXT.freshArtifacts} ${contract.folders.destination}`,
    ...printUser(buildImage.user),
    printRun(
      { mounts: [contextMount(CONTEXT.buildOnly, FOLDER.buildOnly)], network: build.stepNetwork },
      save,
    ),
    "",
  ];
}

/** Of the stage that gets artifacts. */
function artifactsMount({ buildImage, reuse }: AppBuild): readonly string[] {
  const { artifacts } = buildImage.contract.folders;
  return reuse.kind === "incremental"
    ? [stageMount(STAGE.artifacts, artifacts, artifacts)]
    : emptyArtifactsMount(buildImage);
}

function emptyArtifactsMount({ contract }: BaseImage): readonly string[] {
  return contract.emptyArtifacts ? [contextMount(CONTEXT.artifacts, contract.folders.artifacts)] : [];
}

function printStart(base: BaseImage): readonly string[] {
  const entrypoint = base.contract.keepsEntrypoint ? configOf(base).entrypoint : [];
  return [printExec("ENTRYPOINT", entrypoint), printExec("CMD", [scriptPath(base, "run")])];
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

/** Instructions that the user who prepares runs; afterwards the image has its own again. */
function asUser(image: BaseImage, instructions: readonly string[]): readonly string[] {
  const own = restoredUser(image);
  // A name that the image's maker chose is no text for a Dockerfile.
  const { uid, gid } = image.facts?.imageOwner ?? { uid: 0, gid: 0 };
  const plain = own === undefined || /^[\w.:-]+$/.test(own) ? own : `${uid}:${gid}`;
  return [...printUser(image.user), ...instructions, ...printUser(plain)];
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
  const { changed, inputs, reuse, snapshot } = build;
  const incremental = reuse.kind === "incremental";
  const folder = (path: string): ArchivePart => ({ kind: "directory", path, mode: 0o755, owner });
  return [
    { kind: "source", snapshot, path: CONTEXT.source, owner, changed, only: inputs },
    folder(CONTEXT.artifacts),
    ...(incremental ? [folder(`${CONTEXT.freshArtifacts}/artifacts`)] : []),
    ...(build.runtimeImage === undefined ? [] : [folder(`${CONTEXT.freshOutput}/build`)]),
    ...buildOnlyFiles(CONTEXT.buildOnly, build),
  ];
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
