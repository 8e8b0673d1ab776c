// Debian roots with the engines of their suite: made once by mmdebstrap, kept compressed in the user's cache, and unpacked for
// each engine that runs in one.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { architecture, cachedRoot, openRoot } from "./cached-root.ts";
import { removeTree } from "./remove-tree.ts";
import { reportStep } from "./report-progress.ts";
import { runFed } from "./run-command.ts";

export type RootName = "bookworm" | "trixie" | "sid" | "experimental";

const shared = ["catatonit", "ca-certificates", "iproute2", "iptables", "mount", "nftables"];
const podman = ["podman", "crun", "conmon", "netavark", "aardvark-dns"];
const docker = ["docker.io", "containerd", "runc"];
const remote = ["docker-cli", "openssh-client", "openssh-server", "openssl"];
const rootless = ["uidmap", "rootlesskit", "slirp4netns", "passt", "fuse-overlayfs"];

const packages: Readonly<Record<RootName, readonly string[]>> = {
  bookworm: [...shared, ...podman],
  trixie: [...shared, ...podman, ...docker],
  sid: [...shared, ...podman, ...docker, ...remote, ...rootless],
  experimental: [...shared, ...podman, "podman/experimental", "netavark/experimental"],
};

const script = "make-engine-root.sh";

/** Path of the compressed tar. A root of other packages, or of another script, is another file, which takes the older one's place. */
export async function engineRoot(root: RootName, signal?: AbortSignal, env = process.env): Promise<string> {
  const args = [root, architecture, ...packages[root]];
  const text = readFileSync(join(import.meta.dirname, script), "utf8");
  const id = createHash("sha256")
    .update(JSON.stringify([text, args]))
    .digest("hex")
    .slice(0, 8);
  const recipe = {
    folder: "engine-roots",
    name: `${root}-${architecture}-${id}`,
    title: `Making the Debian ${root} root of engines with mmdebstrap`,
    tool: { program: "mmdebstrap", packages: ["mmdebstrap", "debian-archive-keyring"] },
    script: [script, ...args],
    replaces: new RegExp(`^${root}-${architecture}-[0-9a-f]{8}\\.`),
  } as const;
  return await cachedRoot(recipe, signal, env);
}

/** Unpacks a root into a directory, in the place of an older one; nothing is done where it is there. */
export async function unpackRoot(file: string, directory: string, signal?: AbortSignal): Promise<void> {
  const mark = `${directory}.name`;
  if (existsSync(mark) && readFileSync(mark, "utf8") === basename(file)) return;
  await reportStep(`Unpacking ${file}`, async () => {
    await removeTree(mark);
    await removeTree(directory);
    mkdirSync(directory, { recursive: true });
    const keep = ["--numeric-owner", "--preserve-permissions", "--xattrs", "--xattrs-include=*"];
    // It reads on after the mark of the end: left to itself, it may end before the blocks that fill its last record.
    const command = ["tar", "-x", "--ignore-zeros", ...keep, "-C", directory];
    await runFed(command, openRoot(file), { signal });
    writeFileSync(mark, basename(file));
  });
}
