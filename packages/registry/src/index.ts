// Registries of images over their HTTP API: the only package that knows it.

export { createArtifactStore } from "./images/artifact-store.ts";
export { createImageRegistry } from "./images/image-registry.ts";
export { createResultStore } from "./store/result-store.ts";
export { createRegistryClient } from "./transport/registry-client.ts";
