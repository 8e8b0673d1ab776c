// Core's access to the disk, except for reading a source again, which needs the inputs of the project's reading.
import type { Sources } from "@sti/core";
import { matchPaths } from "../ignore/match-paths.ts";
import { readHostTrust, type TrustOptions } from "../machine/host-trust.ts";
import { pack } from "./pack.ts";

export function createSources(options: TrustOptions): Omit<Sources, "readAgain"> {
  let hostTrust: ReturnType<Sources["hostTrust"]> | undefined;
  return {
    pack,
    matchPaths,
    hostTrust: () => {
      hostTrust ??= readHostTrust(options);
      return hostTrust;
    },
  };
}
