// The containers of all watched apps and of the services beside them: each has one of its own, which follows its image.
import type { DevSubject, ServiceTarget } from "../definition/dev-settings.ts";
import type { AppTarget } from "../definition/target.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { type AppContainer, createAppContainer } from "./app-container.ts";
import { createDevNetwork } from "./dev-network.ts";
import type { DevOptions } from "./dev-options.ts";
import { createServiceImages } from "./service-images.ts";
import { createStartOrder } from "./start-order.ts";
import { stopRounds } from "./stop-order.ts";

export interface DevContainers {
  /**
   * The app has this image now. A container of it is started, and takes over when it is up; nothing happens where it
   * runs already. `snapshot`: the source that the image was made from. Also for services whose images are built here.
   */
  swap(target: DevSubject, imageId: string, snapshot: SourceSnapshot | undefined): void;
  /**
   * These services are to run: those that do not run in this way are started, once the engine has their images. Those
   * whose images are built here wait for `swap`.
   */
  serve(services: readonly ServiceTarget[]): void;
  /**
   * Copies the changed files of an app's source into its running container, if the config has a place there for all of
   * them. False: only a new image can apply the change.
   */
  sync(target: AppTarget, snapshot: SourceSnapshot): Promise<boolean>;
  /** Starts another container of an app or service, also of the same image. False: it has no image yet. */
  restart(name: string): boolean;
  /** Stops the container of an app or service until `restart`. False: it has no image yet. */
  halt(name: string): boolean;
  /** Stops the containers of all other apps and services: they are not there any more. */
  keepOnly(names: ReadonlySet<string>): void;
  /** Calls this, and nobody before it, when a container was lost with the engine. */
  onEngineLost(listener: (message: string) => void): void;
  /** Resolves when nothing is being started or stopped. */
  idle(): Promise<void>;
  /**
   * Removes all containers, each after those that need it, and their network. Takes no signal: an interrupted
   * session cleans up too. Resolves to the errors.
   */
  close(): Promise<readonly unknown[]>;
}

export function createDevContainers(dev: DevOptions): DevContainers {
  let reportLost: (message: string) => void = () => {};
  const network = createDevNetwork({ ...dev, name: dev.network });
  const onEngineLost = (message: string) => {
    network.forget();
    reportLost(message);
  };
  const options = { ...dev, onEngineLost, network, order: createStartOrder() };
  const containers = new Map<string, AppContainer>();
  const closing = new Set<Promise<readonly unknown[]>>();
  let closed = false;
  const swap = (target: DevSubject, imageId: string, snapshot: SourceSnapshot | undefined) => {
    if (closed) return;
    const container = containers.get(target.name) ?? createAppContainer(options);
    containers.set(target.name, container);
    container.swap({ target, imageId, snapshot });
  };
  const services = createServiceImages({
    ...options,
    onImage: (service, id) => swap(service, id, undefined),
  });

  return {
    swap,
    serve: (wanted) => services.use(wanted.filter(({ builtBy }) => builtBy === undefined)),
    sync: async (target, snapshot) => (await containers.get(target.name)?.sync(target, snapshot)) ?? false,
    restart(name) {
      containers.get(name)?.restart();
      return containers.has(name);
    },
    halt(name) {
      containers.get(name)?.halt();
      return containers.has(name);
    },
    keepOnly(names) {
      for (const [name, container] of containers) {
        if (names.has(name)) continue;
        containers.delete(name);
        options.order.noteDown(name);
        closing.add(container.close());
      }
    },
    onEngineLost(listener) {
      reportLost = listener;
    },
    async idle() {
      await services.idle();
      await Promise.all([...closing, ...[...containers.values()].map((container) => container.idle())]);
    },
    async close() {
      closed = true;
      await services.close();
      const errors: unknown[] = [];
      const needs = new Map([...containers].map(([name, container]) => [name, container.dependsOn()]));
      for (const { grace, names } of stopRounds(needs)) {
        const ended = names.map((name) => containers.get(name)?.close(grace));
        errors.push(...(await Promise.all(ended)).flat());
      }
      errors.push(...(await Promise.all(closing)).flat());
      containers.clear();
      return [...errors, ...(await network.close())];
    },
  };
}
