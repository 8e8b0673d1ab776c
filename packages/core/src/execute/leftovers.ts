// Keeps account of what this process has made in engines and not removed, so that it can name what it leaves: a call
// whose answer never came may have been done all the same.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { LABEL } from "../plan/labels.ts";
import { SESSION_NAME_PREFIX } from "./session-id.ts";

export interface Leftovers {
  /** The same engine, whose calls are accounted for. */
  track(engine: Engine): Engine;
  /**
   * For people: the present and possible leftovers in the order of making; each is named once, by the first caller.
   * Undefined if there is nothing to name.
   */
  describe(): string | undefined;
}

interface Made {
  /** Undefined where the engine's answer has not come. */
  id?: string;
  isPending: boolean;
}

/** Only things with a session's name count: a later session finds them by it. */
export function createLeftovers(): Leftovers {
  const containers = new Map<string, Made>();
  const volumes = new Set<string>();
  const networks = new Set<string>();
  /** Ids of images that have no tag yet. */
  const images = new Set<string>();
  /** Keys of images that may have been committed, and ids of images that have these. */
  const commits = new Map<string, Set<string>>();
  /** Targets whose builds the engine goes on with. */
  const builds = new Set<string>();
  let endsBuilds = true;
  const named = new Set<string>();
  const isOurs = (name: string) => name.startsWith(SESSION_NAME_PREFIX);
  const noteVolume = (name: string | undefined) => {
    if (name !== undefined && isOurs(name)) volumes.add(name);
  };
  const list = () => [
    ...[...containers.keys()].map((name) => `container ${name}`),
    ...[...volumes].map((name) => `volume ${name}`),
    ...[...networks].map((name) => `network ${name}`),
    ...[...images].map((id) => `image ${id}`),
    ...[...builds].map((target) => `the build of ${target}, which goes on until its step has ended`),
    ...[...commits.keys()].map((key) => `the untagged image with the label ${LABEL.key}=${key}`),
  ];
  return {
    track: (engine) => ({
      ...engine,
      async describe(options) {
        const description = await engine.describe(options);
        endsBuilds = description.endsBuilds !== false;
        return description;
      },
      async createContainer(spec, options) {
        const made: Made = { isPending: true };
        if (isOurs(spec.name)) containers.set(spec.name, made);
        for (const mount of spec.mounts) if (mount.kind === "volume") noteVolume(mount.name);
        try {
          made.id = await engine.createContainer(spec, options);
          return made.id;
        } catch (error) {
          if (isRefusal(error)) containers.delete(spec.name);
          throw error;
        } finally {
          made.isPending = false;
        }
      },
      async listContainers(namePrefix, options) {
        const before = [...containers].filter(
          ([name, { isPending }]) => !isPending && name.startsWith(namePrefix),
        );
        const listed = await engine.listContainers(namePrefix, options);
        const ids = new Map(listed.map(({ id, name }) => [name, id]));
        for (const [name, made] of before) {
          const id = ids.get(name);
          if (id === undefined) containers.delete(name);
          else made.id = id;
        }
        return listed;
      },
      async removeContainer(container, options) {
        await engine.removeContainer(container, options);
        for (const [name, { id }] of containers) {
          if (id === container || name === container) containers.delete(name);
        }
      },
      async createVolume(name, labels, options) {
        noteVolume(name);
        return await engine.createVolume(name, labels, options);
      },
      async removeVolume(name, options) {
        await engine.removeVolume(name, options);
        volumes.delete(name);
      },
      async createNetwork(name, labels, options) {
        networks.add(name);
        await engine.createNetwork(name, labels, options);
      },
      async removeNetwork(name, options) {
        await engine.removeNetwork(name, options);
        networks.delete(name);
      },
      async buildImage(build, options) {
        const target = build.labels[LABEL.target];
        try {
          const id = await engine.buildImage(build, options);
          images.add(id);
          return id;
        } catch (error) {
          if (!endsBuilds && target !== undefined && options?.signal?.aborted === true) builds.add(target);
          throw error;
        }
      },
      async commitContainer(container, config, options) {
        try {
          const id = await engine.commitContainer(container, config, options);
          images.add(id);
          return id;
        } catch (error) {
          const key = config.labels[LABEL.key];
          if (key !== undefined && !isRefusal(error)) commits.set(key, new Set());
          throw error;
        }
      },
      async tagImage(id, reference, options) {
        await engine.tagImage(id, reference, options);
        images.delete(id);
      },
      async inspectImage(reference, options) {
        const details = await engine.inspectImage(reference, options);
        if (details !== undefined && details.tags.length > 0) images.delete(details.id);
        return details;
      },
      async listImages(options) {
        const listed = await engine.listImages(options);
        for (const { id, labels, tags } of listed) {
          if (tags.length === 0) commits.get(labels[LABEL.key] ?? "")?.add(id);
          else images.delete(id);
        }
        return listed;
      },
      async removeImage(reference, options) {
        const outcome = await engine.removeImage(reference, options);
        // An image in use is no leftover.
        images.delete(reference);
        for (const [key, ids] of commits) if (outcome !== "in-use" && ids.has(reference)) commits.delete(key);
        return outcome;
      },
    }),
    describe() {
      const left = list().filter((text) => !named.has(text));
      for (const text of left) named.add(text);
      if (left.length === 0) return undefined;
      return `may be left in the engine, for the next session or sti clean to remove: ${left.join(", ")}`;
    },
  };
}

/** The engine answered that it did not do it, or a look-up found so: but what it is still at may come later. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof EngineError)) return false;
  if (error.status !== undefined) return true;
  return error.effect === "none" && error.reason !== "unreachable-timeout";
}
