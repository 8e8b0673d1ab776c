// Core's access to the disk, except for reading a source again, which needs the inputs of the project's reading.
import type { Sources } from "@sti/core";
import { matchPaths } from "../ignore/match-paths.ts";
import { readHostTrust } from "../machine/host-trust.ts";
import { pack } from "./pack.ts";

export interface SourcesOptions {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Places of a host's CA bundle, in order of preference. Default: those of Linux distributions. */
  readonly caBundleFiles?: readonly string[] | undefined;
}

export function createSources(options: SourcesOptions): Omit<Sources, "readAgain"> {
  let hostTrust: ReturnType<Sources["hostTrust"]> | undefined;
  return {
    pack,
    matchPaths,
    hostTrust: () => {
      hostTrust ??= readHostTrust(options.env, options.caBundleFiles);
      return hostTrust;
    },
  };
}
