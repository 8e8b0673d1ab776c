// The types by which the compiler refuses unknown keys in the config that a function returns. In an object it finds
// them by itself, in the result of a function only if the function's return type is written down.
import type { UserConfig } from "./user-config.ts";

/** For the return type `Returned`, whose unknown keys make it an error. */
export type CheckedConfig<Returned> = ReturnedConfig & Verdict<Returned>;

/** Has a name of its own, for `Returned` is not inferred from the two `UserConfig` of an annotated function. */
interface ReturnedConfig extends UserConfig {}

/** `unknown` in an intersection changes nothing. The branch `Returned` is never taken, but inferred from. */
type Verdict<Returned> = [Refused<Awaited<Returned>>] extends [never]
  ? unknown
  : [Returned] extends [never]
    ? Returned
    : Refused<Awaited<Returned>>;

/** A type for each member of a union that has unknown keys. */
type Refused<Returned> = Returned extends Demand<Returned, UserConfig> ? never : Demand<Returned, UserConfig>;

/** A type that a value fulfils if all of its keys, at any depth, are keys of the allowed type. */
type Demand<Value, Allowed> = unknown extends Allowed
  ? unknown
  : Value extends readonly unknown[]
    ? unknown
    : Value extends object
      ? DemandKeys<Value, Extract<Allowed, object>>
      : unknown;

type DemandKeys<Value, Allowed> = [Exclude<keyof Value, KeyOf<Allowed>>] extends [never]
  ? { [Key in keyof Value]: Demand<Value[Key], ValueOf<Allowed, Key>> }
  : Allowed & UnknownKey<Exclude<keyof Value, KeyOf<Allowed>>>;

/** Of every member of a union. */
type KeyOf<Type> = Type extends unknown ? keyof Type : never;

type ValueOf<Type, Key extends PropertyKey> = Type extends unknown
  ? Key extends keyof Type
    ? Type[Key]
    : never
  : never;

/** No value has this type. The compiler's message contains it, and so names the key. */
interface UnknownKey<Key> {
  readonly [unknownKey]: Key;
}

declare const unknownKey: unique symbol;
