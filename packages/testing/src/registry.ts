// A real registry for one test file: Debian's docker-registry in a process of its own, storage in a temp folder.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeCertificate } from "./make-certificate.ts";
import { plainRegistryHost, secureRegistryHost } from "./registry-place.ts";

export interface Registry {
  /** "HOST:PORT": what stands before the slash in references. */
  readonly address: string;
  /** All that it has written to its disk. */
  readonly folder: string;
  /** The CA's certificate as PEM, where the registry speaks TLS. */
  readonly ca: string | undefined;
  /** Certificate and key of a client, as PEM, where the registry demands one. */
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
  close(): Promise<void>;
}

/** The one user of a registry that wants to know who asks. */
export const registryUser = { username: "builder", password: "right-password" } as const;

/** A user whom an issuer of tokens lets read only. */
export const registryReader = { username: "reader", password: "reading-password" } as const;

/** bcrypt of the password above. */
const HTPASSWD = "builder:$2y$05$abcdefghijklmnopqrstuuBO.kmgTJhdt40M5ZyHgFmcpBdUb9aS.\n";

/** Time limit for a registry's first answer, in milliseconds. */
const startLimit = 20_000;

/** An issuer of tokens that a registry trusts. */
export interface TokenIssuer {
  /** Address of its tokens. */
  readonly realm: string;
  /** PEM of the certificate that signs them. */
  readonly certificate: string;
}

/** Name of the service and of the issuer in tokens. */
export const TOKEN_SERVICE = "sti test registry";

/**
 * `tls`: on an address that engines do not take for insecure by itself, with a certificate of a new CA; "both": the
 * client needs a certificate of that CA, too.
 */
export async function startRegistry(
  options: {
    readonly auth?: boolean;
    readonly tls?: boolean | "both";
    readonly tokens?: TokenIssuer;
    /** In a process group of its own, which Ctrl-C does not reach. */
    readonly detached?: boolean;
  } = {},
): Promise<Registry> {
  const { auth = false, detached = false, tls = false, tokens } = options;
  const folder = await mkdtemp(join(tmpdir(), "sti-test-registry-"));
  let child: ChildProcess | undefined;
  const close = async () => {
    if (child !== undefined) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const host = tls ? secureRegistryHost() : plainRegistryHost();
    const address = `${host}:${await freePort(host)}`;
    const ca = tls === false ? undefined : await makeCertificate(folder, host);
    const readOwn = (name: string) => readFile(join(folder, name), "utf8");
    const client =
      tls === "both" ? { certificate: await readOwn("host.pem"), key: await readOwn("host.key") } : undefined;
    if (tokens !== undefined) await writeFile(join(folder, "issuer.pem"), tokens.certificate);
    await mkdir(join(folder, "storage"));
    await writeFile(join(folder, "htpasswd"), HTPASSWD);
    const config = {
      version: "0.1",
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, "storage") }, delete: { enabled: true } },
      http: {
        addr: address,
        secret: "for tests",
        ...(tls === false
          ? {}
          : {
              tls: {
                certificate: join(folder, "host.pem"),
                key: join(folder, "host.key"),
                ...(tls === "both" ? { clientcas: [join(folder, "ca.pem")] } : {}),
              },
            }),
      },
      ...(auth ? { auth: { htpasswd: { realm: "test", path: join(folder, "htpasswd") } } } : {}),
      ...(tokens === undefined
        ? {}
        : {
            auth: {
              token: {
                realm: tokens.realm,
                service: TOKEN_SERVICE,
                issuer: TOKEN_SERVICE,
                rootcertbundle: join(folder, "issuer.pem"),
              },
            },
          }),
    };
    const file = join(folder, "config.yml");
    await writeFile(file, JSON.stringify(config)); // YAML takes JSON as it is
    child = await start(file, detached);
    await untilAnswers(host, Number(address.split(":")[1]), child);
    return { address, folder, ca, client, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(config: string, detached: boolean): Promise<ChildProcess> {
  const path = `${process.env.PATH ?? ""}:/usr/local/bin:/usr/bin`;
  const child = spawn("docker-registry", ["serve", config], {
    stdio: ["ignore", "ignore", "pipe"],
    detached,
    env: { ...process.env, PATH: path },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on("spawn", resolve);
  child.on("error", (error: NodeJS.ErrnoException) =>
    reject(
      error.code === "ENOENT"
        ? new Error(
            "docker-registry is not installed; on Debian and Ubuntu: sudo apt-get install docker-registry",
          )
        : error,
    ),
  );
  child.stderr?.resume();
  await promise;
  return child;
}

async function untilAnswers(host: string, port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startLimit;
  while (performance.now() < deadline && child.exitCode === null) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = createConnection({ host, port }, () => resolve(true)).on("error", () => resolve(false));
    const answers = await promise;
    socket.destroy();
    if (answers) return;
    await sleep(50);
  }
  throw new Error(`docker-registry does not answer (exit code ${child.exitCode})`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.on("close", () => resolve());
  child.kill("SIGKILL");
  await promise;
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.on("error", reject).listen(0, host, () => {
    const bound = server.address();
    server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
  });
  return await promise;
}
