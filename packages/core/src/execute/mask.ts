// Hides secret values in all output: plain, in base64, percent-encoded and escaped, wherever the pieces of an output
// begin and end. Bytes are compared, each as one character of a string.
import type { OnOutput, OutputChunk } from "../engine/call.ts";

export const MASK = "***";
/** Shorter values are not looked for: they are in every other word. */
const SHORTEST = 4;
/** Lines of a value of several lines are looked for by themselves from this length on. */
const SHORTEST_LINE = 8;
/** Longer values are looked for in pieces. */
const LONGEST = 256;

export interface Mask {
  text(text: string): string;
  /** The same value with all its strings masked. */
  value<Value>(value: Value): Value;
  /** Passes output on masked; a possible start of a secret waits for the next piece, or for the end. */
  output(onOutput: OnOutput): { readonly push: OnOutput; end(): void };
}

export function createMask(values: Iterable<Uint8Array>): Mask {
  const patterns = [...new Set([...values].flatMap(listPatterns))].sort((a, b) => b.length - a.length);
  if (patterns.length === 0) return NO_MASK;
  const expression = new RegExp(patterns.map(escapePattern).join("|"), "g");
  const longest = patterns[0]?.length ?? 0;
  const starts = new Set(patterns.map((pattern) => pattern.charAt(0)));
  const text = (plain: string) => {
    const bytes = toCharacters(new TextEncoder().encode(plain));
    const masked = bytes.replace(expression, MASK);
    return masked === bytes ? plain : new TextDecoder().decode(toBytes(masked));
  };
  /** Start of a possible secret whose rest has not come yet. */
  const openFrom = (seen: string): number => {
    for (let at = Math.max(0, seen.length - longest + 1); at < seen.length; at += 1) {
      if (!starts.has(seen.charAt(at))) continue;
      const rest = seen.slice(at);
      if (patterns.some((pattern) => pattern.length > rest.length && pattern.startsWith(rest))) return at;
    }
    return seen.length;
  };
  /** The certain part of `seen`, masked, and the rest that has to wait. */
  const cut = (seen: string): readonly [ready: string, open: string] => {
    const end = openFrom(seen);
    let ready = "";
    let at = 0;
    expression.lastIndex = 0;
    for (let match = expression.exec(seen); match !== null; match = expression.exec(seen)) {
      if (match.index >= end) break;
      ready += seen.slice(at, match.index) + MASK;
      at = match.index + match[0].length;
    }
    return at >= end ? [ready, seen.slice(at)] : [ready + seen.slice(at, end), seen.slice(end)];
  };
  return {
    text,
    value: (value) => maskStrings(value, text),
    output: (onOutput) => {
      const open = { stdout: "", stderr: "" };
      const hand = (stream: OutputChunk["stream"], ready: string) => {
        if (ready !== "") onOutput({ stream, bytes: toBytes(ready) });
      };
      return {
        push: ({ stream, bytes }) => {
          const [ready, rest] = cut(open[stream] + toCharacters(bytes));
          open[stream] = rest;
          hand(stream, ready);
        },
        end: () => {
          for (const stream of ["stdout", "stderr"] as const) {
            const masked = open[stream].replace(expression, MASK);
            // The start of a secret that was cut short is part of the secret.
            const cutShort = masked.length - openFrom(masked) >= SHORTEST;
            hand(stream, cutShort ? masked.slice(0, openFrom(masked)) + MASK : masked);
            open[stream] = "";
          }
        },
      };
    },
  };
}

const NO_MASK: Mask = {
  text: (text) => text,
  value: (value) => value,
  output: (onOutput) => ({ push: onOutput, end: () => {} }),
};

function maskStrings<Value>(value: Value, text: (plain: string) => string): Value {
  if (typeof value === "string") return text(value) as Value;
  if (Array.isArray(value)) return value.map((item) => maskStrings(item, text)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, maskStrings(item, text)]),
  ) as Value;
}

/** Every form in which a value is looked for. */
function listPatterns(value: Uint8Array): readonly string[] {
  const whole = toCharacters(value);
  const trimmed = whole.replace(/[\r\n]+$/, "");
  const lines = trimmed.split(/\r?\n/);
  const parts = [
    ...pieces(whole),
    ...pieces(trimmed),
    ...(lines.length > 1 ? lines.flatMap(pieces).filter((line) => line.length >= SHORTEST_LINE) : []),
  ];
  const wrapped = [whole, trimmed].flatMap((text) => {
    const encoded = btoa(text);
    return [76, 64].flatMap((width) => encoded.match(new RegExp(`.{1,${width}}`, "g")) ?? []);
  });
  return [
    ...parts.filter((part) => part.length >= SHORTEST).flatMap(listForms),
    ...wrapped.filter((line) => line.length >= SHORTEST_LINE).flatMap(forUrls),
  ];
}

function escapePattern(pattern: string): string {
  return pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function pieces(text: string): readonly string[] {
  return text.length <= LONGEST ? [text] : (text.match(new RegExp(`[^]{1,${LONGEST}}`, "g")) ?? []);
}

function listForms(text: string): readonly string[] {
  const decoded = new TextDecoder().decode(toBytes(text));
  const json = JSON.stringify(decoded).slice(1, -1);
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [
    text,
    ...[0, 1, 2].flatMap((offset) => forUrls(encodeAt(text, offset))),
    ...[btoa(text), btoa(text).replace(/=+$/, "")].flatMap(forUrls),
    ...listPercentForms(text),
    toCharacters(new TextEncoder().encode(json)),
    ascii,
    ascii.replaceAll("/", "\\/"),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
  ].filter((form) => form.length >= SHORTEST);
}

/** The certain characters in base64 of a value that begins `offset` bytes after a group of three. */
function encodeAt(text: string, offset: number): string {
  const encoded = btoa("\0".repeat(offset) + text).replace(/=+$/, "");
  const isWhole = (offset + text.length) % 3 === 0;
  return encoded.slice(offset === 0 ? 0 : offset + 1, isWhole ? undefined : -1);
}

/** The alphabet of URLs beside the usual one. */
function forUrls(encoded: string): readonly string[] {
  return [encoded, encoded.replaceAll("+", "-").replaceAll("/", "_")];
}

/** Tools differ in the characters that they do not encode, and in the case of the digits. */
function listPercentForms(text: string): readonly string[] {
  const escapes = [/[^A-Za-z0-9_.~-]/g, /[^A-Za-z0-9_.!~*'()-]/g, /[^A-Za-z0-9_.~/-]/g, /[\s\S]/g];
  return escapes.flatMap((escaped) => {
    const upper = text.replace(
      escaped,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
    const lower = upper.replace(/%../g, (code) => code.toLowerCase());
    return [upper, lower, upper.replaceAll("%20", "+"), lower.replaceAll("%20", "+")];
  });
}

function toCharacters(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

function toBytes(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}
