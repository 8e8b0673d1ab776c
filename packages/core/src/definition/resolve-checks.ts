// An app's checks from the config, with every default applied. Pure.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { CheckSettings } from "./checks.ts";
import type { WrittenChecks } from "./checks-schema.ts";
import { parseSize } from "./parse-size.ts";
import { type Host, resolveVariables } from "./variables.ts";

/** Undefined where nothing is to be checked. `path`: place of `checks` in the config. */
export function resolveChecks(
  written: WrittenChecks | undefined,
  { failures, host, path }: { readonly failures: Failure[]; readonly host: Host; readonly path: ConfigPath },
): CheckSettings | undefined {
  if (written === undefined) return undefined;
  const unset: Failure[] = [];
  const commands = (written.commands ?? []).map(({ ignore = [], mask = [], name, run, timeout = "60s" }) => ({
    name: name ?? run.join(" "),
    run,
    ignore,
    mask,
    timeout: milliseconds(timeout),
  }));
  const http = (written.http ?? []).map(({ headers = {}, ignoreHeaders = [], mask = [], name, ...rest }) => ({
    name: name ?? `${rest.method} ${rest.path}`,
    path: rest.path,
    port: rest.port,
    method: rest.method,
    headers,
    body: rest.body,
    json: rest.json,
    ignoreHeaders: ignoreHeaders.map((header) => header.toLowerCase()),
    mask,
  }));
  refuseTwice(commands, [...path, "commands"], failures);
  refuseTwice(http, [...path, "http"], failures);
  return {
    commands,
    http,
    ports: written.ports ?? [],
    env: resolveVariables(written.env, {
      path: [...path, "env"],
      files: [],
      host,
      failures,
      unset,
      public: undefined,
    }),
    startup: milliseconds(written.startup ?? "30s"),
    memory: written.memory === undefined ? undefined : parseSize(written.memory),
    cpus: written.cpus,
    network: written.network ?? "default",
    unset,
  };
}

/** Reports identify a check by its name. */
function refuseTwice(
  checks: readonly { readonly name: string }[],
  path: ConfigPath,
  failures: Failure[],
): void {
  for (const [index, { name }] of checks.entries()) {
    if (checks.findIndex((other) => other.name === name) === index) continue;
    const message = `has the name ${JSON.stringify(name)}, like an earlier one; rename one of them`;
    failures.push({ code: "config-invalid", path: [...path, index], message });
  }
}

function milliseconds(time: string): number {
  return Number.parseInt(time, 10) * (time.endsWith("m") ? 60_000 : 1000);
}
