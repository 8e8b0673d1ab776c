// Formats a place in the config for people: apps.web.tag, apps["odd name"].tag, apps.web.ignore[2].
import type { ConfigPath } from "./config-place.ts";

export function formatPath(path: ConfigPath): string {
  return path.map(formatKey).join("");
}

function formatKey(key: string | number, index: number): string {
  if (typeof key === "number") return `[${key}]`;
  if (/^[\w$-]+$/u.test(key)) return index === 0 ? key : `.${key}`;
  return `[${JSON.stringify(key)}]`;
}
