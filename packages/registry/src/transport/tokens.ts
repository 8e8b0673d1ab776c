// Owns who we are to one registry: the answer to its challenge, and the tokens that it has given. Secrets stay here.
import { RegistryError } from "@sti/core";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { RegistryCredentials } from "./credentials.ts";
import { asNumber, asObject, asText } from "./json-fields.ts";
import type { Occasion } from "./map-registry-error.ts";

/** "repository:acme/api:pull,push" */
export type Scope = string;

/** A request for a token: name and password in the header, or a form that is posted. */
interface IssuerRequest {
  readonly authorization?: string | undefined;
  readonly form?: URLSearchParams | undefined;
}

/** Asks the issuer of tokens; resolves to its JSON. `scrub` removes secrets from its words. */
export type AskIssuer = (
  url: URL,
  request: IssuerRequest & { readonly scrub: Tokens["scrub"] },
) => Promise<unknown>;

export interface TokenOptions extends Occasion {
  /** Whether the registry speaks TLS: then its issuer has to. */
  readonly isSecure: boolean;
  readonly readCredentials: () => Promise<RegistryCredentials | undefined>;
  readonly askIssuer: AskIssuer;
  readonly now: () => number;
}

export interface Tokens {
  /** Takes in the challenges of an answer with status 401. */
  learn(headers: string | readonly string[] | undefined): void;
  /** The header `Authorization` for these scopes; undefined as long as the registry demands none. */
  authorise(scopes: readonly Scope[]): Promise<string | undefined>;
  /** This header was refused: it is not used again, and credentials are read afresh. */
  forget(authorization: string | undefined): void;
  /** Whether there are credentials, as far as they were needed. */
  readonly hasCredentials: boolean | undefined;
  /** A text without the secrets that are known here. */
  scrub(text: string): string;
}

/** Seconds of a token whose answer names none, by the specification. */
const SHORTEST_LIFE = 60;
/** Milliseconds. A token that ends sooner is not used any more. */
const LEEWAY = 5000;

interface Token {
  readonly authorization: string;
  readonly ends: number;
}

export function createTokens(options: TokenOptions): Tokens {
  let challenge: Challenge | undefined;
  let credentials: Promise<RegistryCredentials | undefined> | undefined;
  let hasCredentials: boolean | undefined;
  const tokens = new Map<string, Promise<Token>>();
  const secrets = new Set<string>();
  const refused = new Set<string>();

  const scrub = (text: string) => [...secrets].reduce((left, secret) => left.replaceAll(secret, "***"), text);
  const know = () => {
    credentials ??= options.readCredentials().then((found) => {
      hasCredentials = found !== undefined;
      for (const secret of found === undefined ? [] : secretsOf(found)) secrets.add(secret);
      return found;
    });
    return credentials;
  };
  const fetchToken = async ({ parameters }: Challenge, scopes: readonly Scope[]): Promise<Token> => {
    const known = await know();
    if (known !== undefined && "registrytoken" in known) {
      return { authorization: `Bearer ${known.registrytoken}`, ends: Number.POSITIVE_INFINITY };
    }
    const asked = options.now();
    const [url, request] = tokenRequest(issuerOf(parameters), parameters, scopes, known);
    const answer = asObject(await options.askIssuer(url, { ...request, scrub }));
    const token = asText(answer.token) || asText(answer.access_token);
    if (token === "" || /[^\x21-\x7e]/.test(token)) throw problem("the answer of its issuer has no token");
    secrets.add(token);
    const life = Math.max(asNumber(answer.expires_in), SHORTEST_LIFE);
    return { authorization: `Bearer ${token}`, ends: asked + life * 1000 - LEEWAY };
  };
  const issuerOf = ({ realm = "" }: Challenge["parameters"]): URL => {
    const url = URL.canParse(realm) ? new URL(realm) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) throw problem("names no issuer of tokens");
    if (options.isSecure && url.protocol !== "https:")
      throw problem(`its issuer ${url.host} does not use TLS`);
    return url;
  };
  const problem = (words: string) =>
    new RegistryError({ ...options, reason: "invalid", message: `${options.registry}: ${words}` });
  const bearer = async (bearerChallenge: Challenge, scopes: readonly Scope[]): Promise<string> => {
    const name = [...new Set(scopes)].sort().join(" ");
    const kept = tokens.get(name);
    if (kept !== undefined) {
      const token = await kept;
      if (token.ends > options.now() && !refused.has(token.authorization)) return token.authorization;
    }
    // Another request may have fetched one meanwhile.
    const newer = tokens.get(name);
    if (newer !== undefined && newer !== kept) return (await newer).authorization;
    const fetched = fetchToken(bearerChallenge, scopes);
    tokens.set(name, fetched);
    try {
      return (await fetched).authorization;
    } catch (error) {
      if (tokens.get(name) === fetched) tokens.delete(name);
      throw error;
    }
  };

  return {
    learn(headers) {
      const challenges = parseChallenges(headers);
      const of = (scheme: string) => challenges.find((one) => one.scheme === scheme);
      challenge = of("bearer") ?? of("basic") ?? challenge;
    },
    async authorise(scopes) {
      if (challenge === undefined) return undefined;
      if (challenge.scheme === "bearer") return await bearer(challenge, scopes);
      const known = await know();
      return known !== undefined && "username" in known ? basic(known) : undefined;
    },
    forget(authorization) {
      credentials = undefined;
      if (authorization !== undefined) refused.add(authorization);
    },
    get hasCredentials() {
      return hasCredentials;
    },
    scrub,
  };
}

/** By docker's specification: GET with name and password, or OAuth's POST with an identity token. */
function tokenRequest(
  realm: URL,
  { service = "" }: Challenge["parameters"],
  scopes: readonly Scope[],
  credentials: RegistryCredentials | undefined,
): readonly [URL, IssuerRequest] {
  if (credentials !== undefined && "identitytoken" in credentials) {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credentials.identitytoken,
      service,
      client_id: "sti",
      scope: scopes.join(" "),
    });
    return [realm, { form }];
  }
  const url = new URL(realm);
  if (service !== "") url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  if (credentials === undefined || !("username" in credentials)) return [url, {}];
  url.searchParams.set("account", credentials.username);
  return [url, { authorization: basic(credentials) }];
}

function basic({ password, username }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Short ones would blacken every text. */
function secretsOf(credentials: RegistryCredentials): readonly string[] {
  const found =
    "username" in credentials
      ? [credentials.password, basic(credentials).slice("Basic ".length)]
      : "identitytoken" in credentials
        ? [credentials.identitytoken]
        : [credentials.registrytoken];
  return found.filter((secret) => secret.length >= 4);
}
