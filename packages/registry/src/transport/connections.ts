// Owns connections to hosts: one pool for each, with its certificates and its proxy, kept as long as the session.
import http from "node:http";
import https from "node:https";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { readSmallFile } from "@sti/files";
import {
  CertificateError,
  certificateFolders,
  type HostCertificates,
  readCertificates,
} from "./certificates.ts";
import { chooseProxy } from "./proxy-choice.ts";
import { DEFAULT_CONCURRENCY, type RegistryOptions } from "./registry-options.ts";

/** Connections to one host, and how requests are made over them. */
export interface Pool {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
}

export interface Connections {
  /** The pool of the host of an address. Rejects with CertificateError, or Node's error for the address of a proxy. */
  pool(url: URL): Promise<Pool>;
  /** From now on, the authorities of the system count for the host, too. Their reading takes a tenth of a second. */
  widen(url: URL): void;
  /** Cuts all connections. */
  close(): Promise<void>;
}

/** Authorities: docker's folder for the host if it has any, else Node's own; or those and the system's. */
type Trust = "narrow" | "wide";

/** Milliseconds that an unused connection is kept; most hosts close it later. */
const LONGEST_REST = 4_000;
/** Bytes. */
const LARGEST_BUNDLE = 16 * 1024 ** 2;

export function createConnections(options: RegistryOptions): Connections {
  const { certificateFolders: folders, insecure = [] } = options;
  const env = options.env ?? process.env;
  const searched = folders ?? certificateFolders(env, options.homeDirectory);
  const pools = new Map<string, Promise<Pool>>();
  const widened = new Set<string>();
  const open = async (url: URL, trust: Trust): Promise<Pool> => {
    const proxy = chooseProxy(url, env);
    const shared = {
      keepAlive: true,
      maxSockets: options.concurrency ?? DEFAULT_CONCURRENCY,
      maxFreeSockets: options.concurrency ?? DEFAULT_CONCURRENCY,
      timeout: LONGEST_REST,
      // Without it, NODE_USE_ENV_PROXY would choose by other rules.
      proxyEnv: proxy === undefined ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
    };
    if (url.protocol === "http:") return { request: http.request, agent: new http.Agent(shared) };
    const certificates = await readCertificates(searched, url.host);
    const secureContext = await createContext(certificates, trust, env);
    const agent = new https.Agent({
      ...shared,
      ...(secureContext === undefined ? {} : { secureContext }),
      rejectUnauthorized: !isInsecure(insecure, url),
    });
    return { request: https.request, agent };
  };
  return {
    pool(url) {
      const trust = widened.has(url.origin) ? "wide" : "narrow";
      const name = `${url.origin} ${trust}`;
      const opened = pools.get(name) ?? open(url, trust);
      pools.set(name, opened);
      return opened;
    },
    widen: ({ origin }) => void widened.add(origin),
    async close() {
      const opened = await Promise.allSettled(pools.values());
      for (const pool of opened) if (pool.status === "fulfilled") pool.value.agent.destroy();
    },
  };
}

/** An entry without a port is for all ports of the host. */
export function isInsecure(insecure: readonly string[], { host, hostname }: URL): boolean {
  return insecure.includes(host) || insecure.includes(hostname);
}

/** Undefined: Node's own, which it keeps. */
async function createContext(
  { authorities, clients }: HostCertificates,
  trust: Trust,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SecureContext | undefined> {
  if (trust === "narrow" && authorities.length === 0 && clients.length === 0) return undefined;
  const more = trust === "narrow" ? [] : [...(await systemAuthorities(env)), ...getCACertificates("default")];
  const ca = [...new Set([...authorities, ...more])];
  try {
    return createSecureContext({
      ...(ca.length === 0 ? {} : { ca }),
      ...(clients.length === 0
        ? {}
        : { cert: clients.map(({ certificate }) => certificate), key: clients.map(({ key }) => key) }),
    });
  } catch (error) {
    throw new CertificateError(`a certificate for the registry cannot be used: ${(error as Error).message}`);
  }
}

/** SSL_CERT_FILE takes the place of the system's authorities, as for programs that use OpenSSL or are in Go. */
async function systemAuthorities(
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const file = env.SSL_CERT_FILE;
  if (file === undefined || file === "") return getCACertificates("system");
  try {
    return [(await readSmallFile(file, { limit: LARGEST_BUNDLE })).toString()];
  } catch (error) {
    throw new CertificateError(`SSL_CERT_FILE cannot be read: ${(error as Error).message}`);
  }
}
