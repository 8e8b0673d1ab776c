// Owns the conversion of errors of dockerode, HTTP and the engine's own texts to an EngineError. Leaves exit codes and
// words for people to others.
import { EngineError, type EngineErrorReason } from "@sti/core";
import { asObject } from "./json-fields.ts";

/** Purpose of the call; the same status means different things in different phases. */
export type Phase = "any" | "pull" | "push" | "start";

/** Operation that failed. */
export interface Occasion {
  /** In a few words: "create container". */
  readonly operation: string;
  readonly phase: Phase;
}

const connectionReasons: Readonly<Record<string, EngineErrorReason>> = {
  ENOENT: "unreachable-missing-socket",
  ECONNREFUSED: "unreachable-refused",
  EACCES: "unreachable-permission",
  EPERM: "unreachable-permission",
  ETIMEDOUT: "unreachable-timeout",
  ECONNRESET: "lost",
  ECONNABORTED: "lost",
  EPIPE: "lost",
  ERR_STREAM_PREMATURE_CLOSE: "lost",
  EPROTO: "not-an-engine",
};

/** For errors of the connection itself: no answer, a cut answer, an answer that is not HTTP. */
export function mapConnectionError(error: unknown, occasion: Occasion): EngineError {
  if (error instanceof EngineError) return error;
  const code = readCode(error);
  const reason = connectionReasons[code] ?? (code.startsWith("HPE_") ? "not-an-engine" : "unreachable-other");
  return new EngineError({
    reason,
    operation: occasion.operation,
    message: readMessage(error),
    cause: error,
  });
}

/** For answers with a status that means failure. `body` is the whole text of the answer. */
export function mapStatusError(status: number, body: string, occasion: Occasion): EngineError {
  const message = readBodyMessage(body) ?? `HTTP status ${status}`;
  return new EngineError({
    reason: classifyStatus(status, message, body, occasion.phase),
    operation: occasion.operation,
    message,
    status,
  });
}

/** For errors that come inside a stream that began with status 200. */
export function mapStreamError(message: string, occasion: Occasion): EngineError {
  const reason = classifyText(message, occasion.phase) ?? "other";
  return new EngineError({ reason, operation: occasion.operation, message });
}

/** For an answer with a good status that no engine would give. */
export function notAnEngine(operation: string, body: string): EngineError {
  const seen = body.trim().replace(/\s+/g, " ").slice(0, 80);
  const message = `answered, but not as a Docker Engine does: ${seen === "" ? "nothing" : seen}`;
  return new EngineError({ reason: "not-an-engine", operation, message });
}

/** Reason of a failed pull or push, by the engine's text: engines use status 500 for most of these. */
export function classifyRegistry(
  text: string,
): "not-found" | "denied" | "network" | "rate-limit" | undefined {
  if (/toomanyrequests|too many requests|rate limit/i.test(text)) return "rate-limit";
  if (/unauthorized|denied|no basic auth|authentication required|403 forbidden/i.test(text)) return "denied";
  // A whole answer that is shorter than the manifest states: another attempt would get the same.
  if (/short read: expected \d+ bytes but got \d+/i.test(text)) return undefined;
  if (
    /dial tcp|no such host|connection (refused|reset)|network is unreachable|timeout|x509|tls:|HTTP response to HTTPS client/i.test(
      text,
    )
  ) {
    return "network";
  }
  if (
    /context deadline exceeded|server misbehaving|unexpected eof|\beof$|50[0234] |connection reset|proxyconnect/i.test(
      text,
    )
  ) {
    return "network";
  }
  if (/manifest unknown|not found|name unknown|does not exist|no matching manifest/i.test(text)) {
    return "not-found";
  }
  return undefined;
}

/** In the words of Docker and of Podman. */
export function isMissingContainer(message: string): boolean {
  return /no such container|no container with/i.test(message);
}

export function isDiskFull(text: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(text);
}

function classifyStatus(status: number, message: string, body: string, phase: Phase): EngineErrorReason {
  if (/client version \S+ is too (old|new)/i.test(message)) return "unsupported";
  if (isMarkup(body) || /HTTP request to an? HTTPS server/i.test(message)) return "not-an-engine";
  const byText = classifyText(message, phase);
  if (byText !== undefined) return byText;
  if (phase === "pull") return status === 404 ? "pull-not-found" : "other";
  if (phase === "push") return status === 404 ? "push-not-found" : "other";
  if (phase === "start" && !isMissingContainer(message) && status !== 304) return "start-failed";
  if (/\bname\b.* is already in use/i.test(message)) return "conflict";
  if (status === 404) return "not-found";
  if (status === 409 || status === 304) return "conflict";
  return "other";
}

function classifyText(text: string, phase: Phase): EngineErrorReason | undefined {
  if (isDiskFull(text)) return "disk-full";
  if (/error while mounting volume|failed to mount local volume/i.test(text)) return "mount-failed";
  const answer = phase === "pull" || phase === "push" ? classifyRegistry(text) : undefined;
  return answer === undefined ? undefined : (`${phase as "pull" | "push"}-${answer}` as const);
}

/** Docker answers `{"message"}`, Podman also `{"cause"}` and whole lines of a stream, proxies plain text or a page. */
function readBodyMessage(body: string): string | undefined {
  const text = body.trim();
  if (text.startsWith("{")) {
    try {
      return readErrorText(JSON.parse(text)) ?? text;
    } catch {
      return text; // cut or no JSON after all: its text is all there is
    }
  }
  if (text === "") return undefined;
  return isMarkup(text) ? /<title>([^<]*)<\/title>/i.exec(text)?.[1]?.trim() || "an HTML page" : text;
}

/** The error in an object that an engine answered, or sent as a line of a stream; undefined where it holds none. */
export function readErrorText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { cause, error, errorDetail, message } = value as Readonly<Record<string, unknown>>;
  const found = [asObject(errorDetail).message, message, error, cause].find(
    (text) => typeof text === "string" && text !== "",
  );
  return found === undefined ? undefined : unwrap(String(found));
}

/** Podman puts the whole of an inner error into the text of the outer one. */
function unwrap(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    return readErrorText(JSON.parse(text)) ?? text;
  } catch {
    return text;
  }
}

function isMarkup(body: string): boolean {
  return body.trimStart().startsWith("<");
}

function readCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function readMessage(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : readCode(error) || String(error);
}
