// The one place that reads the statuses and texts of registries, and the errors of connections.
import { RegistryError, type RegistryErrorReason } from "@sti/core";
import { CertificateError } from "./certificates.ts";
import { asObject, asObjects, asText } from "./json-fields.ts";

/** A request's part of its errors. */
export interface Occasion {
  /** "read manifest" */
  readonly operation: string;
  /** "registry.example:5000" */
  readonly registry: string;
}

/** Characters of a registry's own words. */
const LONGEST = 500;

const BY_STATUS: Readonly<Record<number, RegistryErrorReason>> = {
  401: "denied",
  403: "denied",
  404: "not-found",
  405: "unsupported",
  408: "unreachable",
  413: "full",
  429: "rate-limit",
  501: "unsupported",
  507: "full",
};

const BY_CODE: Readonly<Record<string, RegistryErrorReason>> = {
  DENIED: "denied",
  UNAUTHORIZED: "denied",
  NAME_UNKNOWN: "not-found",
  MANIFEST_UNKNOWN: "not-found",
  BLOB_UNKNOWN: "not-found",
  TOOMANYREQUESTS: "rate-limit",
  UNSUPPORTED: "unsupported",
};

/** An answer that refuses. `hint` follows the registry's words; `scrub` removes secrets from them. */
export function refusal(
  occasion: Occasion,
  answer: { readonly status: number; readonly body: string; readonly type: string },
  { hint, scrub }: { readonly hint?: string | undefined; readonly scrub: (text: string) => string },
): RegistryError {
  const { code, words } = readWords(answer);
  const { status } = answer;
  const isFull = status !== 404 && /\bquota\b|no space left|insufficient storage/i.test(words);
  const reason = isFull
    ? "full"
    : (BY_CODE[code] ?? BY_STATUS[status] ?? (status >= 500 ? "unreachable" : "refused"));
  const said = printable(scrub(words));
  const message = `${occasion.registry} answered ${status}${said === "" ? "" : `: ${said}`}${hint ?? ""}`;
  return new RegistryError({ ...occasion, reason, message, status, code: code || undefined });
}

/** By the distribution specification: {"errors":[{"code":"…","message":"…","detail":…}]}; some send plain text. */
function readWords({ body, type }: { readonly body: string; readonly type: string }): {
  readonly code: string;
  readonly words: string;
} {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { code: "", words: /^text\/plain\b/i.test(type) ? body : "" };
  }
  const { details, error, error_description: description, errors, message } = asObject(parsed);
  const rows = asObjects(errors);
  const words = rows.map(({ code, detail, message: text }) => {
    const more = typeof detail === "string" && detail !== "" && detail !== text ? ` (${detail})` : "";
    return `${asText(code).toLowerCase()}: ${asText(text)}${more}`;
  });
  const plain = [error, description, message, details].map(asText).filter((text) => text !== "");
  return { code: asText(rows[0]?.code), words: [...words, ...plain].join("; ") };
}

/** For one line of a terminal. */
function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

export function invalid(occasion: Occasion, problem: string, status?: number): RegistryError {
  const message = `${occasion.registry} ${problem}`;
  return new RegistryError({ ...occasion, reason: "invalid", message, status });
}

/** What ended a request without an answer, or within one. Rethrows defects. */
export function connectionError(occasion: Occasion, error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (error instanceof CertificateError) {
    return new RegistryError({ ...occasion, reason: "untrusted", message: error.message });
  }
  const { code, message } = innermost(error);
  if (code === undefined) throw error;
  const reason = isUntrusted(code) ? "untrusted" : "unreachable";
  const words = WORDS[code] ?? `${printable(message)} (${code})`;
  return new RegistryError({ ...occasion, reason, message: `${occasion.registry}: ${words}`, cause: error });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "its name cannot be resolved",
  CONNECT_LIMIT: "no connection in time",
  ANSWER_LIMIT: "no answer in time",
  BODY_LIMIT: "its answer stopped",
};

/** Whether an authority of the system might make a difference. */
export function lacksAuthority(error: RegistryError): boolean {
  const { code } = innermost(error.cause);
  return code !== undefined && AUTHORITY.has(code);
}

/** Whether the other side does not speak TLS. */
export function lacksTls(error: RegistryError): boolean {
  const { code = "" } = innermost(error.cause);
  return NO_TLS.has(code);
}

const AUTHORITY: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

const NO_TLS: ReadonlySet<string> = new Set([
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
]);

function isUntrusted(code: string): boolean {
  return AUTHORITY.has(code) || NO_TLS.has(code) || /^(?:CERT_|ERR_TLS_|ERR_SSL_)/.test(code);
}

/** An error of a proxy or of several addresses has the first real one inside. */
function innermost(error: unknown): { readonly code: string | undefined; readonly message: string } {
  const inside =
    (error as { cause?: unknown } | undefined)?.cause ?? (error as AggregateError | undefined)?.errors?.[0];
  if (inside !== undefined && typeof innermost(inside).code === "string") return innermost(inside);
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  return { code: typeof code === "string" ? code : undefined, message: message ?? "" };
}
