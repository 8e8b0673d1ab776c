// The steps of one target that has to be built, or the problems of the images it is made from. Pure.
import type { AppTarget } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import type { LayerRole, TargetNode } from "../graph/target-graph.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { ChangedFiles, HostTrust, SourceSnapshot } from "../source/source.ts";
import { type AppBuild, type BaseImage, type BaseLayer, idOf, ownerOf } from "./app-build.ts";
import {
  type BuilderContract,
  INPUT_FILES_LABEL,
  inputFilesOf,
  preparingUser,
  STI_FOLDERS,
  stiContract,
} from "./builder-contract.ts";
import { checkNetwork, checkSecrets, nameOf, stepNetworkOf } from "./check-builder.ts";
import { checkImage, type NeededScript, runnerOf } from "./check-image.ts";
import { checkPlatform } from "./check-platform.ts";
import { planContainerMethod } from "./container-method.ts";
import type { DependencyLayer } from "./dependency-layer.ts";
import { planDockerfileMethod } from "./dockerfile-method.ts";
import type { ImageFacts } from "./facts.ts";
import { DEFAULT_TIME } from "./flags.ts";
import { checkImageEntry, planImageEntry } from "./image-entry.ts";
import type { Reuse } from "./incremental.ts";
import { type PinnedBases, pinBases } from "./pin-bases.ts";
import { planLayer } from "./plan-layer.ts";
import { decideDelivery, type SourceCacheFacts } from "./source-cache.ts";
import { refuseSecrets, withVariables } from "./source-overrides.ts";
import type { Step } from "./step.ts";

/** The inputs for planning a target. */
export interface TargetInputs {
  readonly key: string;
  readonly snapshot: SourceSnapshot;
  /** Of an image entry. */
  readonly dockerfile: Dockerfile | undefined;
  /** Facts of the node's images, in the order of its `images`; undefined when planning without an engine. */
  readonly images: readonly (ImageFacts | undefined)[];
  readonly engine: EngineDescription | undefined;
  readonly hostTrust: HostTrust | undefined;
  readonly reuse: Reuse;
  /** Files that changed since the previous build; undefined when all get the same time. */
  readonly changed: ChangedFiles | undefined;
  readonly time: number;
  readonly noCache: boolean;
  /** Undefined where no sources are kept. */
  readonly sourceCache?: SourceCacheFacts | undefined;
  /** Names for FROM; left out: the references. */
  readonly pinned?: PinnedBases | undefined;
  /** The dependency layers of its images. */
  readonly layers?: ReadonlyMap<LayerRole, BaseLayer> | undefined;
}

export function planTarget(node: TargetNode, inputs: TargetInputs): Result<readonly Step[]> {
  const { key, snapshot, noCache } = inputs;
  if (node.target.kind === "image") {
    const { target } = node;
    if (inputs.dockerfile === undefined) throw new Error(`${target.name} has no Dockerfile`);
    const dockerfile = pinBases(inputs.dockerfile, inputs.pinned ?? new Map());
    const { engine, hostTrust } = inputs;
    const build = { target, key, snapshot, dockerfile, engine, hostTrust, noCache };
    const problems = checkImageEntry(build);
    return problems.length > 0 ? failed(problems) : success(planImageEntry(build));
  }
  const failures = checkTarget(node, inputs);
  if (failures.length > 0) return failed(failures);

  const target = withVariables(node.target, contractsOf(inputs), snapshot);
  const base = (role: LayerRole): BaseImage | undefined => {
    const found = findBase(node, target, { ...inputs, role });
    return found && { ...found, layer: inputs.layers?.get(role) };
  };
  const buildImage = base("build-image") as BaseImage;
  const runtimeImage = base("runtime-image");
  const build: AppBuild = {
    target,
    key,
    snapshot,
    buildImage,
    runtimeImage,
    inputFiles: inputFilesOf(runtimeImage?.facts?.details.config ?? { labels: {} }),
    hostTrust: inputs.hostTrust,
    reuse: inputs.reuse,
    changed: inputs.changed,
    // Of a source from git, its commit's; no part of the key, since equal content is not built again for it.
    time: inputs.time === DEFAULT_TIME ? (snapshot.revision?.commitTime ?? DEFAULT_TIME) : inputs.time,
    noCache,
    stepNetwork: stepNetworkOf(target.limits.network, inputs.engine),
    delivery: decideDelivery(
      {
        snapshot,
        owner: ownerOf(buildImage),
        time: inputs.time,
        changed: inputs.changed,
        buildImageId: idOf(buildImage),
        engine: inputs.engine,
      },
      // The commands that check a source cache know no other place.
      buildImage.contract.folders.source === STI_FOLDERS.source ? inputs.sourceCache : undefined,
    ),
  };
  return success(target.method === "dockerfile" ? planDockerfileMethod(build) : planContainerMethod(build));
}

/** The steps that make one of the target's dependency layers. Its images are checked before. */
export function planDependencies(
  node: TargetNode,
  layer: DependencyLayer,
  inputs: Pick<TargetInputs, "images" | "engine" | "hostTrust" | "pinned" | "noCache" | "snapshot" | "time">,
): readonly Step[] {
  const { target } = node;
  if (target.kind !== "app") return [];
  const base = findBase(node, target, { ...inputs, role: layer.role }) as BaseImage;
  return planLayer({
    ...inputs,
    target,
    layer,
    base,
    stepNetwork: stepNetworkOf(target.limits.network, inputs.engine),
  });
}

function findBase(
  node: TargetNode,
  target: AppTarget,
  given: Pick<TargetInputs, "images" | "pinned"> & { readonly role: LayerRole },
): BaseImage | undefined {
  const { images, role } = given;
  const index = node.images.findIndex((image) => image.role === role);
  const image = node.images[index];
  if (image === undefined) return undefined;
  const facts = images[index];
  const contract = facts?.contract ?? stiContract(target.scripts);
  const user = preparingUser(target, contract, role);
  const pinned = given.pinned?.get(image.reference);
  return { short: image.short, pinned, facts: withUser(facts, user), contract, user };
}

/** With the owner that the user who prepares is in this image. */
function withUser(facts: ImageFacts | undefined, user: string | undefined): BaseImage["facts"] {
  if (facts === undefined || user === undefined) return facts;
  return { ...facts, owner: runnerOf(facts, user), imageOwner: facts.owner };
}

function contractsOf({ images }: Pick<TargetInputs, "images">): readonly (BuilderContract | undefined)[] {
  return images.map((facts) => facts?.contract);
}

function checkMethod(target: AppTarget, engine: EngineDescription | undefined): readonly Failure[] {
  if (target.method !== "container" || engine?.commitsExactly !== false) return [];
  const path = [...target.path, "method"];
  return [{ code: "method-unsupported", target: target.name, path, engine: nameOf(engine) }];
}

function checkLimits(target: AppTarget, engine: EngineDescription | undefined): readonly Failure[] {
  if (target.method !== "container" || engine === undefined) return [];
  return (engine.discardedLimits ?? []).flatMap((limit) => {
    if (target.limits[limit] === undefined) return [];
    const path = [...target.path, limit];
    return [{ code: "limit-unsupported", target: target.name, path, limit, engine: nameOf(engine) } as const];
  });
}

/** A build image that leaves its output where it deploys needs a list of the files that the runtime image gets. */
function checkInputFiles(
  { images }: TargetNode,
  target: AppTarget,
  inputs: Pick<TargetInputs, "images">,
): readonly Failure[] {
  const [build, runtime] = inputs.images;
  const image = images[1];
  if (build === undefined || runtime === undefined || image === undefined) return [];
  if (build.contract.fillsOutput || inputFilesOf(runtime.details.config).length > 0) return [];
  return [
    {
      code: "image-inputs-missing",
      target: target.name,
      path: image.path,
      image: image.short,
      label: INPUT_FILES_LABEL,
    },
  ];
}

/** The problems that keep an app from being built at all. */
export function checkTarget(
  node: TargetNode,
  inputs: Pick<TargetInputs, "images" | "engine" | "snapshot">,
): readonly Failure[] {
  const { target } = node;
  if (target.kind !== "app") return [];
  const extended = target.runtimeImage !== undefined;
  const ofImages = node.images.flatMap((image, index) => {
    const facts = inputs.images[index];
    if (facts === undefined) return [];
    const needsDependencies =
      target.dependencies !== false && facts.scripts["prepare-dependencies"].state !== "missing";
    const isRuntime = image.role === "runtime-image";
    const scripts: readonly NeededScript[] = [
      ...(needsDependencies ? (["prepare-dependencies"] as const) : []),
      isRuntime ? "prepare-runtime" : "prepare",
      ...(extended && !isRuntime ? [] : (["run"] as const)),
    ];
    return checkImage(facts, {
      target,
      user: preparingUser(target, facts.contract, image.role),
      path: image.path,
      image: image.short,
      scripts,
      engine: inputs.engine,
    });
  });
  const { engine } = inputs;
  return [
    ...checkMethod(target, engine),
    ...(target.method === "dockerfile" ? checkSecrets(target, engine) : []),
    ...checkLimits(target, engine),
    ...(target.method === "dockerfile" ? checkNetwork(target, target.limits.network, engine) : []),
    ...checkPlatform(target, engine),
    ...ofImages,
    ...checkInputFiles(node, target, inputs),
    ...refuseSecrets(target, contractsOf(inputs), inputs.snapshot),
  ];
}
