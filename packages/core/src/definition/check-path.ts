// Whether a path of the config stays inside of the config file's folder. Pure: links are followed only when the
// source is read.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";

export function checkInside(written: string, path: ConfigPath, failures: Failure[]): void {
  const problem = written.startsWith("~")
    ? "starts with '~', which only a shell expands"
    : leadsOutside(written)
      ? "is outside the config's folder; set allowOutside: true to allow it"
      : undefined;
  if (problem !== undefined) failures.push({ code: "config-invalid", path, message: problem });
}

export function leadsOutside(written: string): boolean {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(written)) return true;
  let depth = 0;
  for (const part of written.split(/[/\\]/)) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
