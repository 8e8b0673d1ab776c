// Checks that a value is data, as JSON could hold it, and copies it. Runs in the thread that evaluated the config.

import { RESERVED_MESSAGE } from "./reserved-keys.ts";

/** Something in a config that is not data. */
export interface PlainDataProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A copy that can be sent to another thread, and what could not be copied. `undefined` counts as data. */
export function copyPlainData(value: unknown): { copy: unknown; problems: readonly PlainDataProblem[] } {
  const problems: PlainDataProblem[] = [];
  // A value that is used in many places is copied once, or a few lines could grow without bound.
  const copies = new Map<object, unknown>();
  const around = new Set<object>();

  const copyOf = (current: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof current !== "object" || current === null) {
      const is = notData(current);
      if (is !== undefined) problems.push({ path, message: `must be plain data, but is ${is}` });
      return is === undefined ? current : undefined;
    }
    if (around.has(current)) {
      problems.push({ path, message: "must be plain data, but contains itself" });
      return undefined;
    }
    if (copies.has(current)) return copies.get(current);
    const isA = nameOfClass(current);
    if (setsPrototype(current)) {
      problems.push({ path: [...path, "__proto__"], message: RESERVED_MESSAGE });
      return undefined;
    }
    if (isA !== undefined) {
      problems.push({ path, message: `must be plain data, but is ${isA}` });
      return undefined;
    }
    around.add(current);
    const copy = Array.isArray(current)
      ? Array.from(current, (element, index) => copyOf(element, [...path, index]))
      : Object.fromEntries(
          Object.entries(current).map(([key, entry]) => [key, copyOf(entry, [...path, key])]),
        );
    around.delete(current);
    copies.set(current, copy);
    return copy;
  };

  return { copy: copyOf(value, []), problems };
}

function notData(value: unknown): string | undefined {
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "bigint") return "a bigint";
  return undefined;
}

/** Whether it is an object literal with "__proto__" as a key: the prototype is a literal itself. */
function setsPrototype(value: object): boolean {
  if (Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    Array.isArray(prototype) ||
    (typeof prototype === "object" &&
      prototype !== null &&
      Object.getPrototypeOf(prototype) !== null &&
      !Object.hasOwn(prototype, "constructor") &&
      value.constructor?.name === "Object")
  );
}

function nameOfClass(value: object): string | undefined {
  if (Array.isArray(value)) return undefined;
  if (value instanceof Promise) return "a promise (await is missing)";
  const prototype: unknown = Object.getPrototypeOf(value);
  // Only the prototype of plain objects has no prototype itself; so objects of another realm are plain, too.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an instance of a class";
}
