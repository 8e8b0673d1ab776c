// Owns the assembly of the engine port over a Docker daemon. Each call lives in the file named for it.
import type { CallOptions, Engine } from "@sti/core";
import { buildImage } from "./build-image.ts";
import { connect } from "./connect.ts";
import {
  commitContainer,
  createContainer,
  exportContainer,
  inspectContainer,
  listContainers,
  removeContainer,
  stopContainer,
  uploadArchive,
} from "./containers.ts";
import { describe } from "./describe.ts";
import { diskUsage, removeBuildCache } from "./disk-usage.ts";
import type { Endpoint } from "./endpoint.ts";
import { holdsFiles } from "./holds-files.ts";
import { inspectImage, listImages, readHistory, removeImage, tagImage } from "./images.ts";
import { loadLayer } from "./load-layer.ts";
import { measureMemory } from "./measure-memory.ts";
import { connectNetwork, createNetwork, listNetworks, removeNetwork } from "./networks.ts";
import { ENDLESS_PATIENCE, type Patience } from "./patience.ts";
import { pullImage } from "./pull-image.ts";
import { pushImage } from "./push-image.ts";
import { readFile } from "./read-file.ts";
import { runCommand } from "./run-command.ts";
import { runContainer } from "./run-container.ts";
import { createVolume, inspectVolume, listVolumes, removeVolume } from "./volumes.ts";

/** An engine that remembers where it is. */
export interface DockerEngine extends Engine {
  readonly endpoint: Endpoint;
}

/** Contacts no engine yet: the client library is loaded, and the engine asked, with the first call. */
export async function createDockerEngine({
  endpoint,
  env,
  patience = ENDLESS_PATIENCE,
}: {
  readonly endpoint: Endpoint;
  /** Time limit for calls once the process is to end. */
  readonly patience?: Patience;
  /** Environment that locates docker's config; default: the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}): Promise<DockerEngine> {
  const connection = connect(endpoint, patience);
  /** Calls of unlimited duration that nobody else can end stop with the process's work. */
  const lasting = <Options extends CallOptions>(options: Options) => ({
    ...options,
    signal: options.signal ?? patience.end,
  });
  /** As of the last description; undefined before the first. */
  let product: string | undefined;
  let imageStore: string | undefined;
  return {
    endpoint,
    async describe(options) {
      const description = await describe(connection, options);
      ({ imageStore, product } = description);
      return description;
    },
    listImages: (options) => listImages(connection, options),
    inspectImage: (reference, options) => inspectImage(connection, reference, options),
    readHistory: (reference, options) => readHistory(connection, reference, options),
    pullImage: (reference, options) => pullImage(connection, reference, lasting({ ...options, env })),
    loadLayer: (reference, left, options) => loadLayer(connection, reference, left, lasting({ ...options })),
    pushImage: (reference, options) => pushImage(connection, reference, lasting({ ...options, env })),
    buildImage: (build, options = {}) => buildImage(connection, build, { ...lasting(options), product }),
    tagImage: (id, reference, options) =>
      tagImage(connection, id, reference, { ...options, keepsNames: imageStore === "containerd" }),
    removeImage: (reference, options) => removeImage(connection, reference, options),
    listContainers: (namePrefix, options) => listContainers(connection, namePrefix, options),
    createContainer: (spec, options) => createContainer(connection, spec, options),
    uploadArchive: (container, archive, options = {}) =>
      uploadArchive(connection, container, archive, lasting(options)),
    readFile: (container, path, options) => readFile(connection, container, path, options),
    holdsFiles: (container, folder, options) => holdsFiles(connection, container, folder, options),
    exportContainer: (container, options = {}) => exportContainer(connection, container, lasting(options)),
    runContainer: (container, options) => runContainer(connection, container, lasting(options)),
    runCommand: (container, options) => runCommand(connection, container, lasting(options)),
    inspectContainer: (container, options) => inspectContainer(connection, container, options),
    measureMemory: (container, options) => measureMemory(connection, container, options),
    stopContainer: (container, options) => stopContainer(connection, container, options),
    commitContainer: (container, config, options) => commitContainer(connection, container, config, options),
    removeContainer: (container, options) => removeContainer(connection, container, options),
    createVolume: (name, labels, options) => createVolume(connection, name, labels, options),
    inspectVolume: (name, options) => inspectVolume(connection, name, options),
    listVolumes: (label, options) => listVolumes(connection, label, options),
    removeVolume: (name, options) => removeVolume(connection, name, options),
    createNetwork: (name, labels, options) => createNetwork(connection, name, labels, options),
    connectNetwork: (container, place, options) => connectNetwork(connection, container, place, options),
    listNetworks: (label, options) => listNetworks(connection, { label: [label] }, options),
    removeNetwork: (name, options) => removeNetwork(connection, name, options),
    diskUsage: (options) => diskUsage(connection, { ...options, product }),
    removeBuildCache: (id, options) => removeBuildCache(connection, id, options),
  };
}
