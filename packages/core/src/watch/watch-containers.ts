// Connects a watch with the containers of its apps: reports each app's present image and source, and its end. A change
// is offered to the container before the watch decides what to build.
import type { AppTarget, Target } from "../definition/target.ts";
import type { DevContainers } from "../dev/create-dev-containers.ts";
import { gitVariables, inputDigest } from "../plan/git-variables.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { WatchProject } from "./watch-session.ts";
import type { WatchState } from "./watch-state.ts";

export interface WatchContainers {
  /** A build of the target ended with this image. Call it before the state knows. */
  noteImage(target: string, imageId: string): void;
  /** Whether the target's container has this source now, so that no image has to be made of it. */
  sync(target: Target, snapshot: SourceSnapshot): Promise<boolean>;
  /** The config has changed. Call it when the state knows. */
  use(project: WatchProject): void;
  /** The engine answers again, without the containers that it had. */
  resume(): void;
  /** Resolves to the errors. */
  close(): Promise<readonly unknown[]>;
}

export function followContainers(
  containers: DevContainers | undefined,
  watch: {
    readonly project: WatchProject;
    readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
    readonly state: () => WatchState;
    /** A container went with the engine, which nothing else may have noticed. */
    readonly onEngineLost: (message: string) => void;
  },
): WatchContainers {
  let project = watch.project;
  containers?.onEngineLost(watch.onEngineLost);
  containers?.serve(project.services ?? []);
  const swap = (name: string, imageId: string, source: string | undefined) => {
    for (const service of project.services ?? []) {
      if (service.builtBy === name) containers?.swap(service, imageId, undefined);
    }
    const target = project.graph.nodes.get(name)?.target;
    if (target?.kind !== "app" || project.run?.has(name) !== true) return;
    const snapshot = watch.snapshots.get(name);
    // A source that was read since then is not in the image.
    containers?.swap(
      target,
      imageId,
      snapshot !== undefined && inputDigest(target, snapshot) === source ? snapshot : undefined,
    );
  };
  return {
    noteImage: (name, imageId) => swap(name, imageId, watch.state().targets.get(name)?.run?.source),
    async sync(target, snapshot) {
      const { name } = target;
      if (containers === undefined || target.kind !== "app" || project.run?.has(name) !== true) return false;
      const known = watch.state().targets.get(name);
      // Only where the image is right but for this change.
      if (known?.done === undefined || known.done.source !== known.source) return false;
      if (
        known.run !== undefined ||
        known.asked !== undefined ||
        known.source === inputDigest(target, snapshot)
      )
        return false;
      // Its container would go on with the values of the commit before.
      if (target.git?.inKey === true && hasOtherGit(target, watch.snapshots.get(name), snapshot))
        return false;
      const isNeeded = [...project.graph.nodes.values()].some((node) => node.dependencies.includes(name));
      return !isNeeded && (await containers.sync(target, snapshot));
    },
    use(next) {
      project = next;
      const services = next.services ?? [];
      containers?.keepOnly(new Set([...(next.run ?? []), ...services.map(({ name }) => name)]));
      containers?.serve(services);
      for (const [name, { definition, done, source }] of watch.state().targets) {
        // The others are built, or found up to date, and reported then.
        if (done?.definition === definition && done.source === source) swap(name, done.imageId, source);
      }
    },
    resume: () => containers?.serve(project.services ?? []),
    close: async () => (await containers?.close()) ?? [],
  };
}

function hasOtherGit(target: AppTarget, before: SourceSnapshot | undefined, now: SourceSnapshot): boolean {
  const [old, fresh] = [before ?? {}, now].map((one) => JSON.stringify(gitVariables(target, one)));
  return old !== fresh;
}
