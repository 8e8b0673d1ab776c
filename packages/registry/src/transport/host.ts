// One host of registries: whether it speaks TLS, its challenge, its tokens, and the number of requests to it at once.
// Every request to a registry goes through `call` or `open`.
import { RegistryError } from "@sti/core";
import pLimit from "p-limit";
import { type Connections, isInsecure } from "./connections.ts";
import { CredentialsError, readCredentials } from "./credentials.ts";
import { type Answer, discard, type Exchange, exchange, readBody, typeOf } from "./exchange.ts";
import { createIssuerClient } from "./issuer-client.ts";
import { lacksTls, refusal } from "./map-registry-error.ts";
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_LIMITS,
  isLoopback,
  MACHINE_CLOCK,
  type RegistryOptions,
} from "./registry-options.ts";
import { retry } from "./retry.ts";
import { createTokens, type Scope, type Tokens } from "./tokens.ts";
import { untilAborted } from "./until-aborted.ts";

/** A request below "/v2/". */
export interface RegistryRequest {
  /** "read manifest" */
  readonly operation: string;
  readonly method: Exchange["method"];
  /** "acme/api/manifests/1", or an address that the registry has given. */
  readonly path: string | URL;
  readonly scopes: readonly Scope[];
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Exchange["body"];
  /** Statuses that are an answer; all others reject. */
  readonly expected: readonly number[];
  /** Left out: yes. */
  readonly isRepeatable?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Answer["headers"];
  /** The address of the answer, after redirects. */
  readonly url: URL;
}

export interface Host {
  /** "registry.example:5000", as references name it. */
  readonly registry: string;
  /** Resolves with the body, of at most `limit` bytes. Rejects with RegistryError, or the signal's reason. */
  call(request: RegistryRequest, limit?: number): Promise<RegistryAnswer & { readonly body: Buffer }>;
  /** Resolves when the body begins. It has to be read to its end, or discarded. */
  open(request: RegistryRequest): Promise<RegistryAnswer & { readonly body: Answer["body"] }>;
}

/** Bytes of an answer, unless another limit is given: of a manifest by the distribution specification. */
const LARGEST_ANSWER = 4 * 1024 ** 2;
const LARGEST_REFUSAL = 64 * 1024;

export interface HostOptions {
  /** The name in references, and in docker's config. */
  readonly registry: string;
  /** "https://registry.example:5000"; left out: found out. */
  readonly address?: URL | undefined;
  readonly connections: Connections;
  readonly settings: RegistryOptions;
  /** Aborted when the session ends. */
  readonly ended: AbortSignal;
}

interface Found {
  readonly base: URL;
  readonly tokens: Tokens;
}

export function createHost({ address, connections, ended, registry, settings }: HostOptions): Host {
  const limits = { ...DEFAULT_LIMITS, ...settings.limits };
  const clock = settings.clock ?? MACHINE_CLOCK;
  const limited = pLimit(settings.concurrency ?? DEFAULT_CONCURRENCY);
  let found: Promise<Found> | undefined;
  const either = (signal: AbortSignal | undefined) =>
    signal === undefined ? ended : AbortSignal.any([signal, ended]);

  const askIssuer = createIssuerClient({ connections, clock, limits, ended });

  /** Asks once for the challenge, so that no other request has to be sent twice. */
  const look = async (base: URL, isRepeatable = true): Promise<Found> => {
    const tokens = createTokens({
      operation: "authorise",
      registry,
      isSecure: base.protocol === "https:",
      readCredentials: async () => await readOwnCredentials(registry, settings, ended),
      askIssuer,
      now: clock.now,
    });
    const occasion = { operation: "connect to registry", registry, signal: ended };
    const { answer } = await retry(
      async () => {
        const answered = await exchange(
          connections,
          { ...occasion, method: "GET", url: new URL("/v2/", base) },
          limits,
        );
        await readBody(occasion, answered, LARGEST_ANSWER);
        return { answer: answered };
      },
      { clock, limits, signal: ended, isRepeatable },
    );
    if (answer.status === 401) tokens.learn(answer.headers["www-authenticate"]);
    if (answer.status >= 500 || answer.status === 429)
      throw refusal(occasion, { ...answer, body: "", type: "" }, tokens);
    return { base, tokens };
  };
  const find = async (): Promise<Found> => {
    if (address !== undefined) return await look(address);
    const secure = new URL(`https://${addressOf(registry)}/`);
    const mayBePlain = isLoopback(secure.hostname) || isInsecure(settings.insecure ?? [], secure);
    try {
      return await look(secure, !mayBePlain);
    } catch (error) {
      if (!mayBePlain || !(error instanceof RegistryError) || !isMaybePlain(error)) throw error;
      return await look(new URL(`http://${addressOf(registry)}/`));
    }
  };
  /** Each waits with its own signal. */
  const meet = async (signal: AbortSignal): Promise<Found> => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return await untilAborted(found, signal);
  };

  const run = async <Body extends Buffer | Answer["body"]>(
    request: RegistryRequest,
    read: (answer: Answer, signal: AbortSignal) => Promise<Body>,
  ): Promise<RegistryAnswer & { readonly body: Body }> => {
    const signal = either(request.signal);
    signal.throwIfAborted();
    const occasion = { operation: request.operation, registry };
    const { base, tokens } = await meet(signal);
    const url = typeof request.path === "string" ? new URL(`/v2/${request.path}`, base) : request.path;
    // An address that the registry has given may be of another host, its storage's.
    const isOwn = url.origin === base.origin;
    const send = async (authorization: string | undefined): Promise<Answer> =>
      await exchange(connections, { ...request, ...occasion, url, authorization, signal }, limits);
    const isRepeatable = request.isRepeatable ?? true;
    const attempt = async () => {
      let authorization = isOwn ? await untilAborted(tokens.authorise(request.scopes), signal) : undefined;
      let answer = await send(authorization);
      if (answer.status === 401 && isOwn && answer.url.origin === base.origin) {
        tokens.learn(answer.headers["www-authenticate"]);
        tokens.forget(authorization);
        authorization = isRepeatable
          ? await untilAborted(tokens.authorise(request.scopes), signal)
          : undefined;
        if (authorization !== undefined) {
          discard(answer.body);
          answer = await send(authorization);
        }
      }
      if (request.expected.includes(answer.status)) return { answer, body: await read(answer, signal) };
      return { answer, refused: await readBody({ ...occasion, signal }, answer, LARGEST_REFUSAL) };
    };
    const sent = limited(() => retry(attempt, { clock, limits, signal, isRepeatable }));
    const result = await untilAborted(sent, signal);
    const { answer } = result;
    if ("body" in result)
      return { status: answer.status, headers: answer.headers, url: answer.url, body: result.body };
    const isAnonymous = answer.status === 401 && tokens.hasCredentials === false;
    const hint = isAnonymous ? `; docker's config has no credentials for ${registry}` : undefined;
    const refused = { status: answer.status, body: result.refused.toString(), type: typeOf(answer) };
    throw refusal(occasion, refused, { hint, scrub: tokens.scrub });
  };
  return {
    registry,
    call: (request, limit = LARGEST_ANSWER) => {
      const occasion = { operation: request.operation, registry };
      return run(request, async (answer, signal) => {
        const most = answer.status < 300 ? limit : LARGEST_REFUSAL;
        return await readBody({ ...occasion, signal }, answer, most);
      });
    },
    open: (request) => run(request, async ({ body }) => body),
  };
}

/** Docker Hub's name in references is none of a registry. */
function addressOf(registry: string): string {
  return registry === "docker.io" ? "registry-1.docker.io" : registry;
}

/** Without TLS on the port, or nothing on the port of TLS. */
function isMaybePlain(error: RegistryError): boolean {
  return lacksTls(error) || error.reason === "unreachable";
}

async function readOwnCredentials(
  registry: string,
  { env, homeDirectory }: RegistryOptions,
  signal: AbortSignal,
) {
  try {
    return await readCredentials(registry, { env, homeDirectory, signal });
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    throw new RegistryError({
      operation: "read credentials",
      registry,
      reason: "denied",
      message: error.message,
    });
  }
}
