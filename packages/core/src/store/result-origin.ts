// The origin of a result in a store: a small document that is attached to its image. It is believed as little as anything
// else that a registry sends: known fields of limited length, without characters that a terminal would interpret.

import type { Attachment } from "./attachment.ts";
import { shapeUrl } from "./shape-url.ts";

export const ORIGIN_TYPE = "application/vnd.sti.origin.v1+json";

/** What ran the session that built a result. It names neither a user nor a machine. */
export interface ResultBuilder {
  /** "ci": a CI system that is not known by name; "machine": none. */
  readonly kind: (typeof KINDS)[number];
  /** Page of the run or job; left out where there is none. */
  readonly url?: string | undefined;
}

export interface ResultOrigin {
  readonly by: ResultBuilder;
  /** End of the build by the clock of its machine, milliseconds since 1970. */
  readonly built: number;
  /** Of the build, milliseconds. */
  readonly duration: number;
  /** Commit of the source; left out where the source was no commit, or had changes. */
  readonly commit?: string | undefined;
  /** Version of sti. */
  readonly toolVersion: string;
  /** "Docker Engine 28.5.1" */
  readonly engine: string;
}

const KINDS = ["github-actions", "gitlab-ci", "ci", "machine"] as const;
/** Bytes of a document. */
const LARGEST = 8 * 1024;
/** Characters of a text. */
const LONGEST = 100;
/** The last moment that a date can stand for. */
const LAST = 8.64e15;

export function attachmentOf({ built, toolVersion, ...origin }: ResultOrigin): Attachment {
  // biome-ignore lint/style/noRestrictedGlobals: writes a given time, asks no clock
  const document = { schemaVersion: 1, builtAt: new Date(built).toISOString(), sti: toolVersion, ...origin };
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return { artifactType: ORIGIN_TYPE, mediaType: ORIGIN_TYPE, bytes };
}

/** Of several documents the oldest counts: it is that of the build whose image is there. */
export function chooseOrigin(attached: readonly Attachment[]): ResultOrigin | undefined {
  const origins = attached.map(parseOrigin).filter((origin) => origin !== undefined);
  return origins.sort((one, other) => one.built - other.built)[0];
}

/** Undefined if it is no such document. */
export function parseOrigin({ bytes }: Attachment): ResultOrigin | undefined {
  const document = parseObject(bytes);
  const { by, builtAt, commit, duration, engine, sti } = document;
  const { kind, url } = isObject(by) ? by : {};
  const known = KINDS.find((one) => one === kind);
  // biome-ignore lint/style/noRestrictedGlobals: reads a given time, asks no clock
  const built = typeof builtAt === "string" ? Date.parse(builtAt) : Number.NaN;
  const isTime = built >= 0 && built <= LAST;
  const isDuration = typeof duration === "number" && duration >= 0 && duration <= LAST;
  const [toolVersion, product] = [textOf(sti), textOf(engine)];
  if (document.schemaVersion !== 1 || known === undefined || !isTime || !isDuration) return undefined;
  if (toolVersion === undefined || product === undefined) return undefined;
  const page = typeof url === "string" ? shapeUrl(url) : undefined;
  const isCommit = typeof commit === "string" && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
  return {
    by: { kind: known, ...(page === undefined ? {} : { url: page }) },
    built,
    duration,
    ...(isCommit ? { commit } : {}),
    toolVersion,
    engine: product,
  };
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (bytes.length > LARGEST) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? value : {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return value.replaceAll(/\p{C}/gu, "").slice(0, LONGEST);
}
