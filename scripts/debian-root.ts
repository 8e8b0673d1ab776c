// Makes the root file system of debian:bookworm-slim without a registry: debootstrap, then what Debian's own slim image
// leaves out.
import { architecture, cachedRoot } from "./cached-root.ts";

/** Path of the compressed tar in the user's cache. Makes it, as root on Debian or Ubuntu, when it is not there. */
export async function debianRoot(signal?: AbortSignal, env = process.env): Promise<string> {
  const recipe = {
    folder: "base-images",
    name: `debian-bookworm-slim-${architecture}`,
    title: "Making debian:bookworm-slim with debootstrap",
    tool: { program: "debootstrap", packages: ["debootstrap", "debian-archive-keyring"] },
    script: ["make-debian-root.sh", architecture],
  } as const;
  return await cachedRoot(recipe, signal, env);
}
