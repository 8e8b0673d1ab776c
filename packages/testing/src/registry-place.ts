// Addresses of a test's registry, and the folder where the engine looks for its CA: an engine in a root and a network
// of its own has other places than this machine's, and names them in variables.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";

/** The address of a plain registry, which engines under test take without TLS. */
export function plainRegistryHost(env: NodeJS.ProcessEnv = process.env): string {
  return env.STI_TEST_REGISTRY_HOST || "127.0.0.1";
}

/** An address that the engine takes for secure: not loopback, nor that of the plain registries. */
export function secureRegistryHost(env: NodeJS.ProcessEnv = process.env): string {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ family, internal, address }) =>
        family === "IPv4" && !internal && address !== env.STI_TEST_REGISTRY_HOST,
    );
  if (found === undefined) throw new Error("this machine has no address but loopback");
  return found.address;
}

/** Lets the engine know the CA of a registry; the result undoes it. Needs root where the engine is this machine's own. */
export async function trustRegistry(
  { address, ca }: { readonly address: string; readonly ca: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): Promise<() => Promise<void>> {
  const folder = join(env.STI_TEST_CERTS_D || "/etc/docker/certs.d", address);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "ca.crt"), ca ?? "");
  return () => rm(folder, { recursive: true, force: true });
}
