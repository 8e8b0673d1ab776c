// The steps that make a dependency layer: a build of its own, of the app's base and of a few of its files. Pure.
import type { AppTarget } from "../definition/target.ts";
import type { HostTrust, SourceSnapshot } from "../source/source.ts";
import type { AppBuild, BaseImage } from "./app-build.ts";
import { planContainerMethod } from "./container-method.ts";
import type { DependencyLayer } from "./dependency-layer.ts";
import { planDockerfileMethod } from "./dockerfile-method.ts";
import type { Step } from "./step.ts";

export interface LayerBuild {
  readonly target: AppTarget;
  readonly layer: DependencyLayer;
  /** The image that the layer is on top of. */
  readonly base: BaseImage;
  readonly snapshot: SourceSnapshot;
  readonly hostTrust: HostTrust | undefined;
  /** SOURCE_DATE_EPOCH of the session. */
  readonly time: number;
  readonly noCache: boolean;
  readonly stepNetwork: AppBuild["stepNetwork"];
}

/** The app as the layer sees it: without its own variables and labels, as other apps may share the layer. */
export function layerTarget(target: AppTarget, { reference }: Pick<DependencyLayer, "reference">): AppTarget {
  return { ...target, tag: reference, buildTag: undefined, runtimeImage: undefined, env: {}, labels: {} };
}

export function planLayer({ base, layer, target, ...given }: LayerBuild): readonly Step[] {
  const build: AppBuild = {
    ...given,
    target: layerTarget(target, layer),
    key: layer.key,
    inputs: layer.inputs,
    buildImage: base,
    runtimeImage: undefined,
    inputFiles: [],
    reuse: { kind: "clean", reason: "", isExpected: true },
    changed: undefined,
    delivery: { kind: "whole" },
  };
  return target.method === "dockerfile" ? planDockerfileMethod(build) : planContainerMethod(build);
}
