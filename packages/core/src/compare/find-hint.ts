// The likely reason why two contents differ, by their first difference. A guess for people, never a verdict.
import type { Hint, HintKind } from "./comparison.ts";

/** Shown of each side. */
const LONGEST_SHOWN = 120;

/** `left` and `right` may be beginnings of files. Undefined: they are the same, or the reason is unknown. */
export function findHint(left: Uint8Array, right: Uint8Array): Hint | undefined {
  const at = firstDifference(left, right);
  if (at === undefined) return undefined;
  const stamp = isStamp(left, right, at);
  const [one, other] = [decode(left), decode(right)];
  const places = [wordAt(one, at), wordAt(other, at)] as const;
  const say = (kind: HintKind): Hint => ({ kind, left: show(places[0]), right: show(places[1]) });
  if (haveSameParts(one, other)) return say("order");
  if (stamp) return { kind: "timestamp", left: showBytes(left, at), right: showBytes(right, at) };
  const kind = KINDS.find(([, isKind]) => places.every(isKind))?.[0];
  return kind === undefined ? undefined : say(kind);
}

function firstDifference(left: Uint8Array, right: Uint8Array): number | undefined {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) if (left[at] !== right[at]) return at;
  return left.length === right.length ? undefined : shorter;
}

/** One character for each byte, so that places are the same. */
function decode(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  return pieces.join("");
}

/** As many arguments as a call takes without fear. */
const PIECE = 8192;

interface Place {
  /** The text without a gap around the first difference. */
  readonly word: string;
  readonly line: string;
  /** The column of the first difference in the line. */
  readonly column: number;
}

function wordAt(text: string, at: number): Place {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const line = text.slice(lineStart, endOf(text.indexOf("\n", at), text));
  const start = Math.max(...[...GAPS].map((gap) => (at === 0 ? -1 : text.lastIndexOf(gap, at - 1)))) + 1;
  const ends = [...GAPS].map((gap) => endOf(text.indexOf(gap, at), text));
  return { word: text.slice(start, Math.min(...ends)), line, column: at - lineStart };
}

const GAPS = " \t\r\n\0\"'`<>()[]{},;=|";

function endOf(index: number, text: string): number {
  return index < 0 ? text.length : index;
}

/** The first that fits both sides counts. */
const KINDS: readonly (readonly [HintKind, (place: Place) => boolean])[] = [
  ["timestamp", ({ column, line }) => isWithin(TIME, line, column)],
  ["build-path", ({ word }) => BUILD_PATH.test(word)],
  ["random", ({ word }) => RANDOM.test(word) && /\d/.test(word)],
];

/** Whether one of the matches has this column, or ends there. */
function isWithin(pattern: RegExp, line: string, column: number): boolean {
  return [...line.matchAll(pattern)].some(
    ({ 0: match, index }) => index <= column && column <= index + match.length,
  );
}

const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
/**
 * Dates and what goes on behind them; clock times; months beside days; and counted times from 2001 to 2286: seconds,
 * milliseconds or finer.
 */
const TIME = new RegExp(
  [
    String.raw`(?<!\d)(?:19|20)\d\d([-/.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d{7})[T ]?[\d:.,+Z-]*`,
    String.raw`(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:\s+[A-Z]{3,4}\s+\d{4})?`,
    String.raw`\b${MONTH}[ ,-]+\d{1,4}|\b\d{1,2}[ -]${MONTH}(?:[ -]\d{4})?`,
    String.raw`(?<!\d)[1-9]\d{9}(?:\d{3}){0,3}(?!\d)(?:\.\d+)?`,
  ].join("|"),
  "g",
);
const BUILD_PATH = /(?:^|[^\w.])\/(?:[\w.@+-]+\/)+[\w.@+-]*/;
/** UUIDs, digests, and other long words of hex digits or base 64. */
const RANDOM =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-fA-F]{8,}\b|\b[A-Za-z0-9+/_-]{16,}={0,2}/;

/** The times that gzip and zip keep in their headers. */
function isStamp(left: Uint8Array, right: Uint8Array, at: number): boolean {
  const isGzip = [left, right].every((bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b);
  const isZip = [left, right].every((bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3);
  return (isGzip && at >= 4 && at < 8) || (isZip && at >= 10 && at < 14);
}

/** Whether both have the same lines, or else the same words, only in another order. */
function haveSameParts(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  const sorted = (text: string, gap: RegExp) => text.split(gap).sort().join("\n");
  return [/\n/, /[\s,;:{}[\]()]+/].some((gap) => sorted(left, gap) === sorted(right, gap));
}

function show({ line, word }: Place): string {
  const shown = line.length <= LONGEST_SHOWN ? line : word.slice(0, LONGEST_SHOWN);
  return new TextDecoder().decode(Uint8Array.from(shown, (character) => character.charCodeAt(0)));
}

function showBytes(bytes: Uint8Array, at: number): string {
  return [...bytes.subarray(at, at + 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
