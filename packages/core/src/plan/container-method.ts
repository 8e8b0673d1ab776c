// The container method: containers in which the scripts run, committed afterwards. Volumes keep the source, the artifacts and
// the output out of the commit, and carry them from container to container.
import type { ContainerLimits, ContainerSpec, Mount } from "../engine/container.ts";
import type { CommitConfig } from "../engine/image.ts";
import type { ArchivePart, Owner } from "../source/source.ts";
import {
  type AppBuild,
  type BaseImage,
  baseOf,
  cacheName,
  configOf,
  FOLDER,
  idOf,
  mergeEnv,
  ownerOf,
  restoredUser,
  resultLabels,
  SAVED_FOLDER,
  scriptPath,
  secretNames,
  startOf,
} from "./app-build.ts";
import { buildOnlyFiles } from "./build-only-files.ts";
import { LABEL, sourceCacheLabels } from "./labels.ts";
import { proofOf } from "./proof.ts";
import { fillingCommand, guardedCommand, scriptCommand } from "./script-command.ts";
import { prepareScript, prepareWork, saveWork } from "./script-work.ts";
import type { Delivery, SourceCache } from "./source-cache.ts";
import type { ImageStage, PlannedBase, PlannedContainer, PlannedMount, Step } from "./step.ts";
import type { ReceivedArtifacts } from "./unpack-artifacts.ts";

/** Names in a plan for volumes that the session makes, names and removes. */
export const SESSION_VOLUMES = ["output", "artifacts", "upper", "work", "overlay"] as const;

export function planContainerMethod(build: AppBuild): readonly Step[] {
  const { target } = build;
  const last = build.inputs === undefined ? "result" : "dependencies";
  const tag: Step = { kind: "tag-image", stage: last, reference: target.tag.full, tag: target.tag.short };
  if (target.buildTag === undefined) return [...planArtifacts(build), ...planStage(build, last), tag];
  const { buildTag } = target;
  return [
    ...planArtifacts(build),
    ...planStage(build, "build"),
    ...planStage(build, "result"),
    { kind: "tag-image", stage: "build", reference: buildTag.full, tag: buildTag.short },
    tag,
  ];
}

/**
 * save-artifacts of the previous image fills the volume that the next prepare gets. Files are mounted where prepare looks for
 * them: nothing is copied. A tar stream stays one file there, and is unpacked once, into the layer that prepare moves its
 * content in.
 */
function planArtifacts(build: AppBuild): readonly Step[] {
  if (build.reuse.kind !== "incremental") return [];
  const stage = "artifacts";
  const image = build.reuse.previous.short;
  const { buildImage } = build;
  const { artifacts } = buildImage.contract;
  const keepsArchive = artifacts === "tar";
  const folder = keepsArchive ? SAVED_FOLDER : buildImage.contract.folders.artifacts;
  const work = saveWork(build);
  const owner = ownerOf(buildImage);
  return [
    {
      kind: "create-container",
      stage,
      image,
      spec: {
        image: build.reuse.previous.id,
        ...commandOf(guardedCommand(work, { artifacts, folder, keepsArchive }, build.target.artifacts)),
        env: [],
        user: buildImage.user ?? "",
        labels: { [LABEL.managed]: "1" },
        hasInput: false,
        limits: containerLimits(build),
        mounts: [
          { kind: "own-volume", target: FOLDER.buildOnly },
          { kind: "volume", name: "artifacts", target: folder },
        ],
      },
    },
    {
      kind: "upload-source",
      stage,
      parts: [folderPart(folder, owner), ...buildOnlyParts(build)],
    },
    { kind: "run-script", stage, script: work.script, image, timeout: undefined, secrets: [] },
  ];
}

function planStage(build: AppBuild, stage: ImageStage): readonly Step[] {
  const image = baseOf(build, stage).short;
  const delivery = deliveryTo(build, stage);
  return [
    ...(delivery?.kind === "changes" && delivery.base === undefined
      ? [fillSourceCache(build, delivery)]
      : []),
    {
      kind: "create-container",
      stage,
      image,
      spec: containerSpec(build, stage),
      received: receivedBy(build, stage),
    },
    { kind: "upload-source", stage, parts: uploadParts(build, stage), ...uploadKind(build, delivery) },
    {
      kind: "run-script",
      stage,
      script: prepareScript(build, stage),
      image,
      timeout: build.target.limits.timeout,
      secrets: secretNames(build),
      ...(delivery?.kind === "changes" ? { checksSource: true } : {}),
      ...(receivedBy(build, stage) === undefined ? {} : { receivesArtifacts: true }),
    },
    {
      kind: "commit-container",
      stage,
      config: commitConfig(build, stage),
      labelNames: build.inputs === undefined ? build.buildImage.contract.labels : undefined,
    },
  ];
}

/** The archive of artifacts that a stage unpacks; undefined where it gets none, or gets them as files. */
function receivedBy(
  { buildImage, inputs, reuse, runtimeImage }: AppBuild,
  stage: ImageStage,
): ReceivedArtifacts | undefined {
  const getsArtifacts =
    reuse.kind === "incremental" && inputs === undefined && (stage === "build" || runtimeImage === undefined);
  if (!getsArtifacts || buildImage.contract.artifacts !== "tar") return undefined;
  return { from: SAVED_FOLDER, to: buildImage.contract.folders.artifacts };
}

/** The delivery of the source to a stage; undefined for a stage that has something else in its place. */
function deliveryTo(build: AppBuild, stage: ImageStage): Delivery | undefined {
  return build.runtimeImage !== undefined && stage === "result" ? undefined : build.delivery;
}

function fillSourceCache(build: AppBuild, { project }: Extract<Delivery, { kind: "changes" }>): Step {
  const { buildImage, snapshot } = build;
  const owner = ownerOf(buildImage);
  return { kind: "keep-source", stage: "source", image: idOf(buildImage), project, snapshot, owner };
}

function uploadKind(
  { snapshot }: AppBuild,
  delivery: Delivery | undefined,
): Pick<Extract<Step, { kind: "upload-source" }>, "changes" | "note"> {
  if (delivery?.kind !== "changes") return delivery?.note === undefined ? {} : { note: delivery.note };
  const { changed, removed, touched } = delivery.changes;
  const of = snapshot.entries.length;
  return { changes: { base: plannedBase(delivery.base), changed, removed, touched, of } };
}

function plannedBase(base: SourceCache | undefined): PlannedBase | undefined {
  return base && { volume: base.volume, folder: base.folder, sealedAt: base.sealedAt };
}

function containerSpec(build: AppBuild, stage: ImageStage): PlannedContainer {
  const base = baseOf(build, stage);
  const config = configOf(base);
  const work = prepareWork(build, stage);
  const readsSecrets = secretNames(build).length > 0;
  const checksSource = deliveryTo(build, stage)?.kind === "changes";
  const input = { readsSecrets, checksSource, receives: receivedBy(build, stage) };
  return {
    image: startOf(base),
    ...commandOf(stage === "build" ? fillingCommand(work, FOLDER.output, input) : scriptCommand(work, input)),
    limits: containerLimits(build),
    hasInput: readsSecrets,
    // A commit takes over the container's settings, so this is exactly the image's env.
    env: mergeEnv(config.env, build.target.env),
    user: base.user ?? config.user,
    // They are given at the commit: the next build has other labels, and may have the same container.
    labels: {},
    mounts: mountsOf(build, stage),
  };
}

function containerLimits({ target }: AppBuild): ContainerLimits {
  const { capDrop, cpus, hosts, memory, network, noNewPrivileges } = target.limits;
  return { capDrop, cpus, hosts, memory, network, noNewPrivileges };
}

function mountsOf(build: AppBuild, stage: ImageStage): readonly PlannedMount[] {
  const getsOutput = build.runtimeImage !== undefined && stage === "result";
  const getsArtifacts = build.reuse.kind === "incremental" && !getsOutput;
  const base = baseOf(build, stage);
  const owner = ownerOf(base);
  return [
    sourceMount(build, stage),
    ...(stage === "build" ? [{ kind: "volume", name: "output", target: FOLDER.output } as const] : []),
    { kind: "own-volume", target: FOLDER.buildOnly },
    ...artifactsMount(base, { isFilled: getsArtifacts, received: receivedBy(build, stage) }),
    // Memory, which nothing can be sent into before the container runs: see secret-input.ts.
    ...(secretNames(build).length > 0
      ? [{ kind: "tmpfs", target: FOLDER.secrets, ...owner, mode: 0o700 } as const]
      : []),
    ...build.target.caches.map(
      (cache): Mount => ({
        kind: "volume",
        name: cacheName(cache.id, owner),
        target: cache.target,
        labels: { [LABEL.cache]: cache.id },
      }),
    ),
  ];
}

function artifactsMount(
  base: BaseImage,
  { isFilled, received }: { readonly isFilled: boolean; readonly received: ReceivedArtifacts | undefined },
): readonly PlannedMount[] {
  if (received !== undefined)
    return [{ kind: "volume", name: "artifacts", target: received.from, readOnly: true }];
  const { emptyArtifacts, folders } = base.contract;
  const target = folders.artifacts;
  if (isFilled) return [{ kind: "volume", name: "artifacts", target }];
  return emptyArtifacts ? [{ kind: "tmpfs", target, ...ownerOf(base), mode: 0o755 }] : [];
}

function sourceMount(build: AppBuild, stage: ImageStage): PlannedMount {
  const delivery = deliveryTo(build, stage);
  const target = baseOf(build, stage).contract.folders.source;
  if (delivery === undefined) return { kind: "volume", name: "output", target };
  if (delivery.kind === "whole") return { kind: "own-volume", target };
  const labels = sourceCacheLabels(delivery.project, build.target.name);
  return { kind: "source-cache", target, base: plannedBase(delivery.base), labels };
}

function uploadParts(build: AppBuild, stage: ImageStage): readonly ArchivePart[] {
  const base = baseOf(build, stage);
  const owner = ownerOf(base);
  const path = inArchive(base.contract.folders.source);
  const { changed, inputs, snapshot } = build;
  const delivery = deliveryTo(build, stage);
  const received = receivedBy(build, stage);
  const only = delivery?.kind === "changes" ? delivery.changes.sent : inputs;
  return [
    ...(delivery === undefined ? [] : [{ kind: "source", snapshot, path, owner, changed, only } as const]),
    ...(stage === "build" ? [folderPart(FOLDER.output, owner)] : []),
    ...(received === undefined ? [] : [folderPart(received.to, owner)]),
    ...build.target.caches.map((cache) => folderPart(cache.target, owner)),
    ...buildOnlyParts(build),
  ];
}

function buildOnlyParts(build: AppBuild): readonly ArchivePart[] {
  return buildOnlyFiles(inArchive(FOLDER.buildOnly), build);
}

function commitConfig(build: AppBuild, stage: ImageStage): CommitConfig {
  const base = baseOf(build, stage);
  const config = configOf(base);
  const isBase = stage !== "result";
  return {
    entrypoint: isBase || base.contract.keepsEntrypoint ? config.entrypoint : [],
    cmd: isBase ? config.cmd : [scriptPath(base, "run")],
    env: mergeEnv(config.env, build.target.env),
    user: restoredUser(base) ?? config.user,
    workingDir: config.workingDir,
    labels: resultLabels(build, stage),
    comment: `sti: ${prepareScript(build, stage)} ${proofOf(build.key)}`,
  };
}

/** All words are the entrypoint: a commit with an empty command gets the one of its container, which must be empty. */
function commandOf(words: readonly string[]): Pick<ContainerSpec, "entrypoint" | "cmd"> {
  return { entrypoint: words, cmd: [] };
}

function folderPart(path: string, owner: Owner): ArchivePart {
  return { kind: "directory", path: inArchive(path), mode: 0o755, owner };
}

/** Archives are unpacked at "/". */
function inArchive(path: string): string {
  return path.slice(1);
}
