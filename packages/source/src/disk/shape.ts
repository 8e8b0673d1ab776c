// Guards for values that JSON can hold: a value read back from a file has the written shape, or is ignored.

export type Guard<Value> = (value: unknown) => value is Value;

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The latest that a Date can hold, milliseconds. */
const LAST_TIME = 8.64e15;

/** A time that a Date can hold, milliseconds since 1970. */
export function isTime(value: unknown): value is number {
  return isNumber(value) && Math.abs(value) <= LAST_TIME;
}

export function textLike(pattern: RegExp): Guard<string> {
  return (value): value is string => isText(value) && pattern.test(value);
}

export function oneOf<const Value extends string | number>(...values: readonly Value[]): Guard<Value> {
  return (value): value is Value => (values as readonly unknown[]).includes(value);
}

export function nullable<Value>(guard: Guard<Value>): Guard<Value | null> {
  return (value): value is Value | null => value === null || guard(value);
}

/** JSON has no undefined: the field is missing. */
export function optional<Value>(guard: Guard<Value>): Guard<Value | undefined> {
  return (value): value is Value | undefined => value === undefined || guard(value);
}

export function listOf<Value>(guard: Guard<Value>): Guard<readonly Value[]> {
  return (value): value is readonly Value[] => Array.isArray(value) && value.every((one) => guard(one));
}

export function pairOf<First, Second>(
  first: Guard<First>,
  second: Guard<Second>,
): Guard<readonly [First, Second]> {
  return (value): value is readonly [First, Second] =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Accepts any names. */
export function recordOf<Value>(guard: Guard<Value>): Guard<Readonly<Record<string, Value>>> {
  return (value): value is Readonly<Record<string, Value>> =>
    isObject(value) && Object.keys(value).every((name) => guard(value[name]));
}

/** A guard for each field; others may be there. */
export type Fields<Value> = { readonly [Name in keyof Value]-?: Guard<Value[Name]> };

export function shapeOf<Value extends object>(fields: Fields<Value>): Guard<Value> {
  const guards = Object.entries(fields) as readonly (readonly [string, Guard<unknown>])[];
  return (value): value is Value =>
    isObject(value) &&
    guards.every(([name, guard]) => guard(Object.hasOwn(value, name) ? value[name] : undefined));
}
