// Makes the root file system of debian:SUITE-slim without a registry: debootstrap, then what Debian's own slim image
// leaves out.
import { architecture, cachedRoot } from "./cached-root.ts";

export const debianSuites = ["bookworm", "trixie"] as const;

export type DebianSuite = (typeof debianSuites)[number];

/** Path of the compressed tar in the user's cache. Makes it, as root on Debian or Ubuntu, when it is not there. */
export async function debianRoot(
  suite: DebianSuite,
  signal?: AbortSignal,
  env = process.env,
): Promise<string> {
  const recipe = {
    folder: "base-images",
    name: `debian-${suite}-slim-${architecture}`,
    title: `Making debian:${suite}-slim with debootstrap`,
    tool: { program: "debootstrap", packages: ["debootstrap", "debian-archive-keyring"] },
    script: ["make-debian-root.sh", suite, architecture],
  } as const;
  return await cachedRoot(recipe, signal, env);
}
