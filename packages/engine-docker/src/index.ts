// The engine port over a Docker daemon: the only package that knows its API.
export { createDockerEngine, type DockerEngine } from "./create-docker-engine.ts";
export * from "./endpoint.ts";
export type { Patience } from "./patience.ts";
