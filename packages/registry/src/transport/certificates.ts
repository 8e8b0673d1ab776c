// Owns docker's folders of certificates: HOST:PORT/*.crt are certificate authorities, NAME.cert and NAME.key identify
// the client.
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { FileProblem, readSmallFile } from "@sti/files";

/** All of them as PEM. */
export interface HostCertificates {
  readonly authorities: readonly string[];
  readonly clients: readonly { readonly certificate: string; readonly key: string }[];
}

/** A certificate cannot be used. The message is for people. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

/** Bytes; bundles of a distribution have a quarter of a megabyte. */
const LARGEST = 4 * 1024 ** 2;

/** Docker's own order: the machine's, and those of an engine without root. */
export function certificateFolders(
  env: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): string[] {
  return ["/etc/docker/certs.d", join(env.XDG_CONFIG_HOME || join(home, ".config"), "docker/certs.d")];
}

/** `host`: "HOST:PORT", or "HOST". Of the first folder that knows the host. Rejects with CertificateError. */
export async function readCertificates(folders: readonly string[], host: string): Promise<HostCertificates> {
  for (const folder of folders) {
    const names = await listFolder(join(folder, host));
    if (names === undefined) continue;
    const read = (name: string) => readPem(join(folder, host, name));
    const withEnd = (end: string) => names.filter((name) => name.endsWith(end)).sort();
    const pairs = withEnd(".cert").map(async (name) => {
      const key = name.replace(/\.cert$/, ".key");
      if (names.includes(key)) return { certificate: await read(name), key: await read(key) };
      throw new CertificateError(`${join(folder, host, name)} has no ${key} beside it`);
    });
    const [authorities, clients] = await Promise.all([
      Promise.all(withEnd(".crt").map(read)),
      Promise.all(pairs),
    ]);
    return { authorities, clients };
  }
  return { authorities: [], clients: [] };
}

/** Undefined if there is no such folder. */
async function listFolder(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CertificateError(`${folder} cannot be read (${code})`);
  }
}

async function readPem(file: string): Promise<string> {
  try {
    return (await readSmallFile(file, { limit: LARGEST })).toString();
  } catch (error) {
    if (error instanceof FileProblem) throw new CertificateError(error.message);
    throw error;
  }
}
