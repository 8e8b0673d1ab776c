// A real queue server for one test file: Debian's redis-server or PostgreSQL in a process of its own, data in a temp folder.
// Its user has no more rights than docs/queue.md names.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chownSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { makeCertificate } from "./make-certificate.ts";

export interface QueueServer {
  /** With the credentials of a user that is limited to one queue. */
  readonly url: string;
  /** All that the server has written to its disk. */
  readonly folder: string;
  /** Authority of its certificate, PEM; undefined without TLS. */
  readonly ca: string | undefined;
  /** Ends the process without a word, and starts it again with the same data. */
  restart(pause: number): Promise<void>;
  close(): Promise<void>;
}

export interface RedisServer extends QueueServer {
  /** Makes the leases of all tasks expire, as if their workers were gone for long. Resolves to the number of tasks. */
  expireLeases(): Promise<number>;
}

export interface ServerOptions {
  /** Certificate of 127.0.0.1; nothing but TLS is served. */
  readonly tls?: boolean;
  /** In a process group of its own, which Ctrl-C does not reach. */
  readonly detached?: boolean;
}

const HOST = "127.0.0.1";
const PASSWORD = "queue-password";
/** Milliseconds. */
const START_LIMIT = 20_000;

/** Rules of the user: its own keys, and the commands that sti uses. */
const REDIS_RULES = [
  "~sti:default:*",
  "resetchannels",
  "-@all",
  "+@read",
  "+@write",
  "+@connection",
  "+eval",
  "+evalsha",
  "+time",
  "+info",
  "-@dangerous",
  "+info",
].join(" ");

export async function startRedis({
  detached = false,
  tls = false,
}: ServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-redis-"));
  const port = await freePort();
  const ca = tls ? await makeCertificate(folder, HOST) : undefined;
  await writeFile(join(folder, "users.acl"), `user default off\nuser sti on >${PASSWORD} ${REDIS_RULES}\n`);
  const certificate = [
    "--tls-cert-file",
    join(folder, "host.pem"),
    "--tls-key-file",
    join(folder, "host.key"),
  ];
  const ports = tls
    ? ["--port", "0", "--tls-port", String(port), ...certificate, "--tls-auth-clients", "no"]
    : ["--port", String(port)];
  const args = [...ports, "--bind", HOST, "--dir", folder, "--appendonly", "yes"];
  const start = async () => {
    const rules = ["--aclfile", join(folder, "users.acl")];
    const child = run("redis-server", [...args, "--appendfsync", "always", ...rules], { detached });
    await untilListening(port, child);
    return child;
  };
  let child = await start();
  return {
    url: `${tls ? "rediss" : "redis"}://sti:${PASSWORD}@${HOST}:${port}`,
    folder,
    ca,
    expireLeases: async () => {
      const secure = tls ? ["--tls", "--cacert", join(folder, "ca.pem")] : [];
      const redis = async (...words: string[]) => {
        const login = ["-p", String(port), "--user", "sti", "--pass", PASSWORD, "--no-auth-warning"];
        return (await promisify(execFile)("redis-cli", [...secure, ...login, ...words])).stdout.trim();
      };
      const locks = (await redis("--scan", "--pattern", "sti:*:lock"))
        .split("\n")
        .filter((key) => key !== "");
      for (const lock of locks) {
        const [, queue = "", task = ""] = /^(.*):(.*):lock$/.exec(lock) ?? [];
        // As the second of two looks for stalled tasks finds it.
        await redis("DEL", lock, `${queue}:stalled-check`);
        await redis("SADD", `${queue}:stalled`, task);
      }
      return locks.length;
    },
    restart: async (pause) => {
      await end(child, "SIGKILL");
      await sleep(pause);
      child = await start();
    },
    close: async () => {
      await end(child, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Rights of a worker's and a coordinator's role, once the owner has made the tables. */
const POSTGRES_RIGHTS = `
CREATE ROLE sti LOGIN PASSWORD '${PASSWORD}';
GRANT USAGE ON SCHEMA bullmq TO sti;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO sti;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO sti;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO sti;
`;

/** `migrate`: makes the tables, with the address of the owner. */
export async function startPostgres(
  migrate: (url: string, ca: string | undefined) => Promise<void>,
  { detached = false, tls = false }: ServerOptions = {},
): Promise<QueueServer> {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-postgres-"));
  const port = await freePort();
  const bin = findPostgres();
  const user = unprivileged();
  await chmod(folder, 0o711);
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const ca = tls ? await makeCertificate(folder, HOST) : undefined;
  if (tls && user !== undefined) chownSync(join(folder, "host.key"), user.uid, user.gid);
  const secure = [
    "ssl=on",
    `ssl_cert_file=${join(folder, "host.pem")}`,
    `ssl_key_file=${join(folder, "host.key")}`,
  ];
  const mode = tls ? "?sslmode=verify-full" : "";
  const data = join(folder, "data");
  const file = join(folder, "password");
  await writeFile(file, PASSWORD);
  const env = { ...process.env, LC_ALL: "C.UTF-8", PGPASSWORD: PASSWORD };
  const init = ["-D", data, "-A", "scram-sha-256", "-U", "owner", `--pwfile=${file}`, "--no-sync"];
  await promisify(execFile)(join(bin, "initdb"), init, { ...user, cwd: folder, env });
  const start = async () => {
    const args = ["-D", data, "-p", String(port), "-k", folder, "-c", `listen_addresses=${HOST}`];
    if (tls) args.push(...secure.flatMap((setting) => ["-c", setting]));
    const child = run(join(bin, "postgres"), args, { ...user, detached });
    await untilListening(port, child);
    return child;
  };
  let child = await start();
  const owner = `postgres://owner:${PASSWORD}@${HOST}:${port}/postgres`;
  const psql = async (sql: string) =>
    await promisify(execFile)(join(bin, "psql"), ["-v", "ON_ERROR_STOP=1", "-c", sql, owner], {
      env,
      cwd: folder,
    });
  await retry(() => psql("SELECT 1"));
  await migrate(`${owner}${mode}`, ca);
  await psql(POSTGRES_RIGHTS);
  return {
    url: `postgres://sti:${PASSWORD}@${HOST}:${port}/postgres${mode}`,
    folder,
    ca,
    restart: async (pause) => {
      await end(child, "SIGQUIT");
      await sleep(pause);
      child = await start();
      await retry(() => psql("SELECT 1"));
    },
    close: async () => {
      await end(child, "SIGQUIT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function findPostgres(): string {
  const [version] = readdirSync("/usr/lib/postgresql").sort((one, other) => Number(other) - Number(one));
  if (version === undefined)
    throw new Error("PostgreSQL is not installed; on Debian: apt-get install postgresql");
  return `/usr/lib/postgresql/${version}/bin`;
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

function run(program: string, args: readonly string[], options: object): ChildProcess {
  const path = `${process.env.PATH ?? ""}:/usr/local/bin:/usr/bin`;
  const child = spawn(program, args, {
    stdio: "ignore",
    ...options,
    env: { ...process.env, PATH: path, LC_ALL: "C.UTF-8" },
  });
  child.on("error", () => {}); // Its address never answers.
  return child;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const { createConnection } = await import("node:net");
  const deadline = performance.now() + START_LIMIT;
  while (performance.now() < deadline && child.exitCode === null) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = createConnection({ host: HOST, port }, () => resolve(true)).on("error", () =>
      resolve(false),
    );
    const answers = await promise;
    socket.destroy();
    if (answers) return;
    await sleep(50);
  }
  throw new Error(`${child.spawnfile} does not answer; on Debian: apt-get install redis-server postgresql`);
}

async function retry(work: () => Promise<unknown>): Promise<void> {
  for (const deadline = performance.now() + START_LIMIT; ; await sleep(100)) {
    try {
      await work();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("close", () => resolve());
  child.kill(signal);
  await promise;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.on("error", reject).listen(0, HOST, () => {
    const bound = server.address();
    server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
  });
  return await promise;
}
