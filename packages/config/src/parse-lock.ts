// The text of a lock file: how it is written, and every way in which it can be broken. read-lock.ts has the disk.
import {
  type ConfigPath,
  type Failure,
  failed,
  type Lock,
  type LockEntry,
  type LockedImage,
  parseImageReference,
  type Result,
  success,
} from "@sti/core";
import { parseJson } from "./parse-json.ts";
import { offsetOf } from "./position-tree.ts";
import { codeFrame, locationAt } from "./text-position.ts";

/** Raised when the file's form changes; others are not read. */
const SCHEMA_VERSION = 1;
const HASH = /^sha256:[0-9a-f]{64}$/;
const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/;
const CONFLICT = /^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)/m;

/** All problems at once, each with its place. `file`: for the places. */
export function parseLock(text: string, file: string): Result<Lock> {
  const problem = (offset: number, message: string): Failure => {
    const location = locationAt(file, text, offset);
    return { code: "lock-invalid", location, message, frame: codeFrame(text, location) };
  };
  const conflict = CONFLICT.exec(text);
  if (conflict !== null) return failed([problem(conflict.index, "it has an unresolved merge conflict")]);
  const parsed = parseJson(text);
  if (!parsed.ok) return failed([problem(parsed.offset, parsed.message)]);
  const positions = parsed.positions();
  const failures: Failure[] = [];
  const offset = (path: ConfigPath) => offsetOf(positions, path);
  const refuse = (path: ConfigPath, message: string) => failures.push(problem(offset(path), message));

  const { value } = parsed;
  if (!isObject(value)) return failed([problem(0, "it is not an object")]);
  if (value.schemaVersion !== SCHEMA_VERSION) {
    const message = `its schemaVersion is ${JSON.stringify(value.schemaVersion) ?? "missing"}; this sti knows ${SCHEMA_VERSION}`;
    return failed([problem(offset(["schemaVersion"]), message)]);
  }
  for (const key of Object.keys(value)) {
    if (key !== "schemaVersion" && key !== "images") refuse([key], `it has the unknown key "${key}"`);
  }
  if (!isObject(value.images))
    return failed([...failures, problem(offset(["images"]), `"images" is not an object`)]);

  const lock = new Map<string, LockEntry>();
  for (const [name, entry] of Object.entries(value.images)) {
    const path = ["images", name];
    const reference = referenceOf(name);
    if (reference === undefined) refuse(path, `"${name}" is not an image reference with a tag and no digest`);
    else if (lock.has(reference.full)) refuse(path, `${reference.short} occurs twice`);
    const problems = findProblems(entry);
    for (const { key, message } of problems) refuse([...path, ...(key === undefined ? [] : [key])], message);
    if (reference === undefined || problems.length > 0) continue;
    const { digest, id, platform } = entry as LockedImage;
    const location = locationAt(file, text, offset(path));
    lock.set(reference.full, { short: reference.short, digest, id, platform, location });
  }
  return failures.length > 0 ? failed(failures) : success(lock);
}

/** Sorted and with a line for each field: made for diffs and merges. */
export function printLock(lock: Lock): string {
  const entries = [...lock.values()].toSorted((one, other) => (one.short < other.short ? -1 : 1));
  const images = Object.fromEntries(
    entries.map(({ short, digest, id, platform }) => [
      short,
      { ...(digest === undefined ? {} : { digest }), id, platform },
    ]),
  );
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, images }, null, 2)}\n`;
}

function referenceOf(name: string) {
  const parsed = parseImageReference(name);
  return "reference" in parsed && parsed.reference.digest === undefined ? parsed.reference : undefined;
}

function findProblems(entry: unknown): readonly { readonly key?: string; readonly message: string }[] {
  if (!isObject(entry)) return [{ message: "an entry is an object with id, platform and perhaps digest" }];
  const { digest, id, platform, ...others } = entry;
  const isHash = (value: unknown) => typeof value === "string" && HASH.test(value);
  return [
    ...(digest === undefined || isHash(digest)
      ? []
      : [{ key: "digest", message: `"digest" is not "sha256:" and 64 hexadecimal digits` }]),
    ...(isHash(id) ? [] : [{ key: "id", message: `"id" is not "sha256:" and 64 hexadecimal digits` }]),
    ...(typeof platform === "string" && PLATFORM.test(platform)
      ? []
      : [{ key: "platform", message: `"platform" is not like "linux/amd64"` }]),
    ...Object.keys(others).map((key) => ({ key, message: `an entry has no "${key}"` })),
  ];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
