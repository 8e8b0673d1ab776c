// Asks issuers of tokens. A token that several requests wait for is fetched to its end, even if one of them is given up.
import type { Connections } from "./connections.ts";
import { exchange, readBody, typeOf } from "./exchange.ts";
import { invalid, refusal } from "./map-registry-error.ts";
import type { Clock, RequestLimits } from "./registry-options.ts";
import { retry } from "./retry.ts";
import type { AskIssuer } from "./tokens.ts";

/** Bytes. */
const LARGEST_TOKEN = 1024 ** 2;

export function createIssuerClient(options: {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly limits: RequestLimits;
  /** Aborted when the session ends. */
  readonly ended: AbortSignal;
}): AskIssuer {
  const { connections, ended, limits } = options;
  return async (url, { authorization, form, scrub }) => {
    const occasion = { operation: "fetch token", registry: url.host, signal: ended };
    const request = {
      ...occasion,
      method: form === undefined ? "GET" : "POST",
      url,
      authorization,
      headers: form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" },
      body: form === undefined ? undefined : () => Buffer.from(form.toString()),
    } as const;
    const attempt = async () => {
      const answer = await exchange(connections, request, limits);
      return { answer, body: await readBody(occasion, answer, LARGEST_TOKEN) };
    };
    const { answer, body } = await retry(attempt, { ...options, signal: ended, isRepeatable: true });
    const text = body.toString();
    if (answer.status !== 200) {
      throw refusal(occasion, { status: answer.status, body: text, type: typeOf(answer) }, { scrub });
    }
    try {
      return JSON.parse(text);
    } catch {
      throw invalid(occasion, "answered with a token that is not JSON", answer.status);
    }
  };
}
