// The ports of an app that has none in the config.
import type { DevPort } from "../definition/dev-settings.ts";
import type { Engine } from "../engine/engine.ts";

/** The TCP ports that an image exposes, at free ports of this machine alone. */
export async function exposedPorts(engine: Engine, imageId: string): Promise<readonly DevPort[]> {
  const exposed = (await engine.inspectImage(imageId))?.config.exposedPorts ?? [];
  return exposed.flatMap((text): readonly DevPort[] => {
    const [port = "", protocol = "tcp"] = text.split("/");
    if (!/^\d+$/.test(port) || protocol !== "tcp") return [];
    return [{ port: Number(port), protocol, hostPort: undefined, hostIp: "127.0.0.1", path: [] }];
  });
}
