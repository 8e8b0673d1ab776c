// The volumes of an image that prevent builds on it. Pure.
import type { AppTarget } from "../definition/target.ts";
import { FOLDER } from "./app-build.ts";

export interface RefusedVolumes {
  readonly problem: "in-the-way" | "lost";
  readonly volumes: readonly string[];
}

/**
 * For both methods: a volume is not to cover a folder that a build is given, or be in one, nor to cover
 * the folder of the scripts. Whether its files then come from the image, from the build or from nowhere differs from engine to engine.
 * Others are kept by a Dockerfile's build as any folder; a commit leaves out what is in them.
 */
export function refuseVolumes(
  volumes: readonly string[],
  { method, scripts }: Pick<AppTarget, "method" | "scripts">,
): readonly RefusedVolumes[] {
  const isInTheWay = (volume: string) =>
    covers(volume, scripts) ||
    Object.values(FOLDER).some((folder) => covers(volume, folder) || covers(folder, volume));
  const inTheWay = volumes.filter(isInTheWay);
  const others = volumes.filter((volume) => !isInTheWay(volume));
  return [
    ...(inTheWay.length === 0 ? [] : [{ problem: "in-the-way", volumes: inTheWay } as const]),
    ...(others.length === 0 || method === "build" ? [] : [{ problem: "lost", volumes: others } as const]),
  ];
}

/** Whether a folder is the other one or has it in it. */
function covers(folder: string, other: string): boolean {
  return `${normalise(other)}/`.startsWith(`${normalise(folder)}/`);
}

/** "/" is "". */
function normalise(path: string): string {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  return names.map((name) => `/${name}`).join("");
}
