// What the engine's builder can be given, for apps by the Dockerfile method and image entries alike. Pure.
import type { Limits } from "../definition/limits.ts";
import type { Target } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { Failure } from "../failure/failure.ts";

export function checkSecrets(target: Target, engine: EngineDescription | undefined): readonly Failure[] {
  if (Object.keys(target.secrets).length === 0 || engine?.buildsWithSecrets !== false) return [];
  const path = [...target.path, "secrets"];
  return [{ code: "secrets-unsupported", target: target.name, path, engine: nameOf(engine) }];
}

export function checkNetwork(
  target: Target,
  network: Limits["network"],
  engine: EngineDescription | undefined,
): readonly Failure[] {
  if (network === "default" || engine?.takesNetwork !== "none") return [];
  const path = [...target.path, "network"];
  return [{ code: "network-unsupported", target: target.name, path, engine: nameOf(engine) }];
}

/** Network of each RUN, where the engine's builder ignores that of the call. */
export function stepNetworkOf(
  network: Limits["network"],
  engine: EngineDescription | undefined,
): "host" | "none" | undefined {
  return engine?.takesNetwork !== "of-step" || network === "default" ? undefined : network;
}

/** "Podman 5.4.2" */
export function nameOf({ product = "this engine", version }: EngineDescription): string {
  return `${product} ${version}`;
}
