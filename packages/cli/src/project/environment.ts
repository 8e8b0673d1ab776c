// The variables of the environment that change the result of a command. As strict as the config: a value that is not
// understood is an error, and not as if it were unset.
import { DEFAULT_TIME, type Facts, type Failure } from "@sti/core";

type Environment = Readonly<Record<string, string | undefined>>;

/** Seconds; the latest time that every archive can hold, in March 2242. */
const LATEST = 8 ** 11 - 1;

/** A failure for each variable with a value that is not understood. */
export function checkEnvironment(env: Environment): readonly Failure[] {
  const value = env[TIME] ?? "";
  if (value === "" || (/^\d+$/.test(value) && Number(value) <= LATEST)) return [];
  const isFiner = /^\d+$/.test(value) ? " (not milliseconds)" : "";
  const message = `must be whole seconds since 1970, at most ${LATEST}${isFiner}`;
  return [{ code: "variable-invalid", variable: TIME, value, message }];
}

/**
 * A failure where docker's variable asks for another platform than the engine's, for which everything is built. A variant
 * ("linux/arm64/v8") does not count.
 */
export function checkPlatform(env: Environment, { engine }: Pick<Facts, "engine">): readonly Failure[] {
  const value = env[PLATFORM] ?? "";
  if (value === "" || engine === undefined) return [];
  const own = `${engine.os}/${engine.architecture}`;
  if (`${value}/`.startsWith(`${own}/`)) return [];
  const message = `must be the platform of the engine, ${own}`;
  return [{ code: "variable-invalid", variable: PLATFORM, value, message }];
}

/** Seconds since 1970: the time that every sent file gets. The environment has been checked. */
export function readTime(env: Environment): number {
  const value = env[TIME] ?? "";
  return value === "" ? DEFAULT_TIME : Number(value);
}

const TIME = "SOURCE_DATE_EPOCH";
const PLATFORM = "DOCKER_DEFAULT_PLATFORM";
