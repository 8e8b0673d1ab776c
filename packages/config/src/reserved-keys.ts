// The key "__proto__": JavaScript takes it for an object's prototype in most places, where an entry of that name would
// vanish without a word. So it is refused wherever a config has it.
import type { ConfigPath, Failure } from "@sti/core";

const RESERVED = "__proto__";
export const RESERVED_MESSAGE = 'cannot be called "__proto__": JavaScript keeps that name for itself';

/** One failure for each place. Values that are used in many places are checked once. */
export function refuseReservedKeys(config: unknown): readonly Failure[] {
  const failures: Failure[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, path: ConfigPath) => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    for (const [key, entry] of Object.entries(value)) {
      const place = [...path, Array.isArray(value) ? Number(key) : key];
      if (key === RESERVED) {
        failures.push({ code: "config-invalid", path: place, message: RESERVED_MESSAGE });
      } else visit(entry, place);
    }
  };
  visit(config, []);
  return failures;
}
