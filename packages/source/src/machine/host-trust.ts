// The CA bundle and the proxy variables of this machine.
import { homedir } from "node:os";
import { type Failure, failed, type HostTrust, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { readYarnSettings } from "./yarn-settings.ts";

const BUNDLE_FILES: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
/** Bundles of a distribution have a quarter of a megabyte. */
const LIMITS = { limit: 16 * 1024 ** 2 };
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

export interface TrustOptions {
  /** The environment of the process. */
  readonly env: Environment;
  /** Places of a host's CA bundle, in order of preference. Default: those of Linux distributions. */
  readonly caBundleFiles?: readonly string[] | undefined;
  /** Folder of the user's own settings. Default: the home folder. */
  readonly home?: string | undefined;
  /** Proxies that are set for containers, by their variables in capitals. Left out: none. */
  readonly containerProxies?: (() => Result<Readonly<Record<string, string>>>) | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The bundle that SSL_CERT_FILE names, else the first of the usual places, and after it what NODE_EXTRA_CA_CERTS and
 * yarn's settings add. Files named by the environment and by settings must be readable.
 */
export async function readHostTrust({
  caBundleFiles = BUNDLE_FILES,
  containerProxies,
  env,
  home = homedir(),
}: TrustOptions): Promise<Result<HostTrust>> {
  const yarn = await readYarnSettings(env, home);
  const forContainers = containerProxies?.() ?? success({});
  if (!yarn.ok) return yarn;
  if (!forContainers.ok) return forContainers;
  const named = [env.NODE_EXTRA_CA_CERTS, yarn.value.caFile].filter(isSet);
  const added = new Set(named.filter((file) => file !== env.SSL_CERT_FILE));
  const bundle = isSet(env.SSL_CERT_FILE)
    ? await readNamed(env.SSL_CERT_FILE)
    : await readFirst(caBundleFiles);
  if (!bundle.ok) return bundle;
  let caBundle = bundle.value;
  for (const file of added) {
    const extra = await readNamed(file);
    if (!extra.ok) return extra;
    caBundle = join(caBundle, extra.value);
  }
  return success({ caBundle, env: { ...proxiesOf(env, forContainers.value), ...yarn.value.proxies } });
}

/** The environment's may be an address that only this machine can reach: those for containers come first. */
function proxiesOf(
  env: Environment,
  forContainers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PROXY_VARIABLES.flatMap((variable) =>
      [variable, variable.toLowerCase()].flatMap((name) => {
        const value = forContainers[variable] ?? env[name];
        return isSet(value) ? [[name, value] as const] : [];
      }),
    ),
  );
}

async function readNamed(file: string): Promise<Result<Buffer>> {
  try {
    return success(await readSmallFile(file, LIMITS));
  } catch (error) {
    return failed([unreadable(file, error)]);
  }
}

async function readFirst(files: readonly string[]): Promise<Result<Buffer | undefined>> {
  for (const file of files) {
    try {
      return success(await readSmallFile(file, LIMITS));
    } catch (error) {
      if (!(error instanceof FileProblem && error.kind === "missing"))
        return failed([unreadable(file, error)]);
    }
  }
  return success(undefined);
}

function unreadable(file: string, error: unknown): Failure {
  return { code: "host-trust-unreadable", file, message: (error as Error).message };
}

/** The same certificates twice do no harm, but a bundle that is all of the other is not worth repeating. */
function join(bundle: Buffer | undefined, extra: Buffer | undefined): Buffer | undefined {
  if (bundle === undefined || extra === undefined) return bundle ?? extra;
  return bundle.includes(extra) ? bundle : Buffer.concat([bundle, Buffer.from("\n"), extra]);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
