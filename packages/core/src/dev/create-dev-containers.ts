// The containers of all watched apps: each app has one of its own, which follows the app's image.
import type { AppTarget } from "../definition/target.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { type AppContainer, createAppContainer } from "./app-container.ts";
import type { DevOptions } from "./dev-options.ts";

export interface DevContainers {
  /**
   * The app has this image now. A container of it is started, and takes over when it is up; nothing happens where it
   * runs already. `snapshot`: the source that the image was made from.
   */
  swap(target: AppTarget, imageId: string, snapshot: SourceSnapshot | undefined): void;
  /**
   * Copies the changed files of an app's source into its running container, if the config has a place there for all of
   * them. False: only a new image can apply the change.
   */
  sync(target: AppTarget, snapshot: SourceSnapshot): Promise<boolean>;
  /** Stops the containers of all other apps: they are not there any more. */
  keepOnly(targets: ReadonlySet<string>): void;
  /** Calls this, and nobody before it, when a container was lost with the engine. */
  onEngineLost(listener: (message: string) => void): void;
  /** Resolves when nothing is being started or stopped. */
  idle(): Promise<void>;
  /** Removes all containers. Takes no signal: an interrupted session cleans up too. Resolves to the errors. */
  close(): Promise<readonly unknown[]>;
}

export function createDevContainers(dev: DevOptions): DevContainers {
  let reportLost: (message: string) => void = () => {};
  const options = { ...dev, onEngineLost: (message: string) => reportLost(message) };
  const containers = new Map<string, AppContainer>();
  const closing = new Set<Promise<readonly unknown[]>>();
  let closed = false;
  return {
    swap(target, imageId, snapshot) {
      if (closed) return;
      let container = containers.get(target.name);
      if (container === undefined) {
        container = createAppContainer(options);
        containers.set(target.name, container);
      }
      container.swap({ target, imageId, snapshot });
    },
    sync: async (target, snapshot) => (await containers.get(target.name)?.sync(target, snapshot)) ?? false,
    keepOnly(targets) {
      for (const [name, container] of containers) {
        if (targets.has(name)) continue;
        containers.delete(name);
        closing.add(container.close());
      }
    },
    onEngineLost(listener) {
      reportLost = listener;
    },
    async idle() {
      await Promise.all([...closing, ...[...containers.values()].map((container) => container.idle())]);
    },
    async close() {
      closed = true;
      const all = [...closing, ...[...containers.values()].map((container) => container.close())];
      containers.clear();
      return (await Promise.all(all)).flat();
    },
  };
}
