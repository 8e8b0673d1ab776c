// The platform that a target asks for. It is no part of the key, so a target that is up to date is checked, too.
import type { Target } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { Failure } from "../failure/failure.ts";

export function checkPlatform(target: Target, engine: EngineDescription | undefined): readonly Failure[] {
  const platform = target.kind === "app" ? target.limits.platform : undefined;
  if (platform === undefined || engine === undefined) return [];
  const own = `${engine.os}/${engine.architecture}`;
  if (`${platform}/`.startsWith(`${own}/`)) return [];
  const message = `is ${platform}, but the engine is ${own}`;
  return [{ code: "config-invalid", path: [...target.path, "platform"], message }];
}
