// Turns what zod found into failures in plain words. Words that the schema itself gives are kept.
import { type ConfigPath, type Failure, readMethod, suggest } from "@sti/core";
import { refusalOf } from "./refused-keys.ts";
import { expectationAt, keysAt, wordsForType } from "./schema-node.ts";

/** As much of zod's issues as is used. */
export interface SchemaIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly SchemaIssue[])[];
  readonly issues?: readonly SchemaIssue[];
}

/** zod's data about an issue when it requests a message. */
export interface RawIssue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly expected?: unknown;
  readonly values?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

/** Words for issues for which the schema gives none. They follow the path: "apps.web.tag must be …". */
export function wordsForIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${wordsForType(String(issue.expected))}, but is ${wordsForValue(issue.input)}`;
    case "invalid_value": {
      const values = offered(Array.isArray(issue.values) ? issue.values.map(String) : []);
      const near = typeof issue.input === "string" ? suggest(issue.input, values) : undefined;
      const question = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
      return `must be ${listed(values)}, but is ${wordsForValue(issue.input)}${question}`;
    }
    case "too_small":
      return `must be at least ${issue.minimum}, but is ${wordsForValue(issue.input)}`;
    case "too_big":
      return `must be at most ${issue.maximum}, but is ${wordsForValue(issue.input)}`;
    default:
      return undefined;
  }
}

/** The failures that one issue of the whole config stands for. */
export function describeIssue(issue: SchemaIssue, config: unknown, around: ConfigPath = []): Failure[] {
  const path: ConfigPath = [...around, ...issue.path.map(asPathKey)];
  switch (issue.code) {
    case "unrecognized_keys":
      return (issue.keys ?? []).map((key) => unknownKey(path, key, config));
    case "invalid_union":
      return describeUnion(issue, config, path);
    case "invalid_key":
      return (issue.issues ?? []).map((inner) => ({ code: "config-invalid", path, message: inner.message }));
    default: {
      const message = isAbsent(config, path)
        ? `is missing: it must be ${expectationAt(path)}`
        : withValue(issue, valueAt(config, path)).replace(
            /, but is undefined$/,
            ", but is undefined: a value that it is made from is missing",
          );
      return [{ code: "config-invalid", path, message }];
    }
  }
}

/** The schema's words for a format name no value. */
function withValue({ code, message }: SchemaIssue, value: unknown): string {
  return code === "invalid_format" && /^must be [^;]*$/.test(message)
    ? `${message}, but is ${wordsForValue(value)}`
    : message;
}

/** The value at a path; undefined when there is none. */
export function valueAt(config: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as never)[key] : undefined),
    config,
  );
}

/** If the value has the type of just one option, that one was meant, and its problems are the problems. */
function describeUnion(issue: SchemaIssue, config: unknown, path: ConfigPath): Failure[] {
  const options = issue.errors ?? [];
  const meant = options.filter(
    (issues) => !issues.some((inner) => inner.path.length === 0 && inner.code === "invalid_type"),
  );
  const [only] = meant;
  if (meant.length === 1 && only) return only.flatMap((inner) => describeIssue(inner, config, path));
  const expected = `must be ${expectationAt(path)}`;
  const message = isAbsent(config, path)
    ? `is missing: it ${expected}`
    : `${expected}, but is ${wordsForValue(valueAt(config, path))}`;
  return [{ code: "config-invalid", path, message }];
}

function unknownKey(path: ConfigPath, key: string, config: unknown): Failure {
  const known = keysAt(path);
  const present = Object.keys((valueAt(config, path) as object | undefined) ?? {});
  const note = refusalOf(key, path);
  const free = known.filter((name) => !present.includes(name));
  // A key that is there already is meant where --set misspells it.
  const suggestion = note === undefined ? (suggest(key, free) ?? suggest(key, known)) : undefined;
  return { code: "config-unknown-key", path: [...path, key], key, known, suggestion, note };
}

function isAbsent(config: unknown, path: ConfigPath): boolean {
  const holder = valueAt(config, path.slice(0, -1));
  const key = path.at(-1);
  return key !== undefined && typeof holder === "object" && holder !== null && !Object.hasOwn(holder, key);
}

function asPathKey(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}

/** The values without those that are accepted only as earlier names of others. */
function offered(values: readonly string[]): readonly string[] {
  return values.filter((value) => (readMethod(value) ?? value) === value);
}

function listed(values: readonly string[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function wordsForValue(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return String(value);
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "object":
      return "an object";
    case "number":
      return `the number ${value}`;
    case "string":
      return value.length > 40 ? "a string" : JSON.stringify(value);
    default:
      return String(value);
  }
}
