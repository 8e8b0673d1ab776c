// The volumes of an image that prevent builds on it. Pure.
import type { AppTarget } from "../definition/target.ts";
import { FOLDER } from "./app-build.ts";
import type { BuilderContract } from "./builder-contract.ts";

export interface RefusedVolumes {
  readonly problem: "in-the-way" | "lost";
  readonly volumes: readonly string[];
}

/**
 * For both methods: a volume must not cover a folder that a build uses, or be in one, nor cover the folder of the
 * scripts: engines differ in whether its files then come from the image, from the build or from nowhere. Other volumes
 * are kept by a Dockerfile's build like any folder; a commit leaves out their files.
 */
export function refuseVolumes(
  volumes: readonly string[],
  method: AppTarget["method"],
  { folders: { artifacts, scripts, source } }: Pick<BuilderContract, "folders">,
): readonly RefusedVolumes[] {
  const isInTheWay = (volume: string) =>
    covers(volume, scripts) ||
    [source, artifacts, ...Object.values(FOLDER)].some(
      (folder) => covers(volume, folder) || covers(folder, volume),
    );
  const inTheWay = volumes.filter(isInTheWay);
  const others = volumes.filter((volume) => !isInTheWay(volume));
  return [
    ...(inTheWay.length === 0 ? [] : [{ problem: "in-the-way", volumes: inTheWay } as const]),
    ...(others.length === 0 || method === "dockerfile"
      ? []
      : [{ problem: "lost", volumes: others } as const]),
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
