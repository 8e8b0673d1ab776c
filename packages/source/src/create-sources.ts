// What core needs of the disk, but for reading a source again, which takes what a project was read with.
import type { Sources } from "@sti/core";
import { readHostTrust } from "./host-trust.ts";
import { pack } from "./pack.ts";

export interface SourcesOptions {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a host keeps its CA bundle, in order of preference. Default: where Linux distributions keep it. */
  readonly caBundleFiles?: readonly string[] | undefined;
}

export function createSources(options: SourcesOptions): Omit<Sources, "readAgain"> {
  let hostTrust: ReturnType<Sources["hostTrust"]> | undefined;
  return {
    pack,
    hostTrust: () => {
      hostTrust ??= readHostTrust(options.env, options.caBundleFiles);
      return hostTrust;
    },
  };
}
