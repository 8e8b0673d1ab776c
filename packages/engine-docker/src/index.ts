// The engine port over a Docker daemon: the only package that knows its API.
export { createDockerEngine } from "./create-docker-engine.ts";
export type { Patience } from "./patience.ts";
