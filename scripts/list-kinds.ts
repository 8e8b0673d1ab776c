// The table of `./pnpmw engine list`: each kind of engine, whether one runs, its version and where; and those that cannot be had.
import { existsSync } from "node:fs";
import { engineKinds, missingKinds } from "./engine-kinds.ts";
import { requestEngine } from "./engine-request.ts";
import { findKind, type KindOptions, kindPlaces, whyNotHere } from "./kind-engine.ts";

/** Lines of text, the head first. */
export async function listKinds(options: KindOptions = {}): Promise<readonly string[]> {
  const rows = await Promise.all(
    engineKinds.map(async (kind) => {
      const reason = whyNotHere(kind);
      if (reason !== undefined) return [kind.name, "cannot run", "", `${kind.about}: ${reason}`];
      const running = await findKind(kind, options);
      if (running !== undefined) {
        return [kind.name, "running", await readVersion(running.host, options.signal), running.host];
      }
      const state = existsSync(kindPlaces(kind, options.env).directory) ? "stopped" : "not set up";
      return [kind.name, state, "", kind.about];
    }),
  );
  const missing = Object.entries(missingKinds).map(([name, reason]) => [name, "cannot run", "", reason]);
  return format([["KIND", "STATE", "VERSION", ""], ...rows, ...missing]);
}

/** From the head of a ping: asking Podman for its version takes seconds. */
export async function readVersion(host: string, signal?: AbortSignal): Promise<string> {
  const response = await requestEngine({ endpoint: { host }, method: "GET", path: "/_ping", signal });
  response.resume();
  const { server = "" } = response.headers;
  return /^\w+\/(\S+)/.exec(String(server))?.[1] ?? String(server);
}

function format(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
