// The CA bundle and the proxy variables of this machine.
import { type Failure, failed, type HostTrust, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";

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

/**
 * The bundle that SSL_CERT_FILE names, else the first of the usual places, and after it what
 * NODE_EXTRA_CA_CERTS adds. Files named by the environment must be readable.
 */
export async function readHostTrust(
  env: Readonly<Record<string, string | undefined>>,
  bundleFiles: readonly string[] = BUNDLE_FILES,
): Promise<Result<HostTrust>> {
  const bundle = isSet(env.SSL_CERT_FILE) ? await readNamed(env.SSL_CERT_FILE) : await readFirst(bundleFiles);
  const extra =
    isSet(env.NODE_EXTRA_CA_CERTS) && env.NODE_EXTRA_CA_CERTS !== env.SSL_CERT_FILE
      ? await readNamed(env.NODE_EXTRA_CA_CERTS)
      : success(undefined);
  if (!bundle.ok) return bundle;
  if (!extra.ok) return extra;
  return success({ caBundle: join(bundle.value, extra.value), env: proxiesOf(env) });
}

function proxiesOf(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]).flatMap((name) => {
      const value = env[name];
      return isSet(value) ? [[name, value] as const] : [];
    }),
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
