// Clients of registries for tests: no settings of this machine, and a clock that notes waits in place of waiting.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryError } from "@sti/core";
import { onTestFinished } from "vitest";
import { createRegistryClient, type RegistryClient } from "../src/transport/registry-client.ts";
import type { RegistryOptions } from "../src/transport/registry-options.ts";

/** `auths`: of docker's config. Closed with the test. */
export async function testClient(
  options: RegistryOptions & { readonly auths?: Readonly<Record<string, object>> } = {},
): Promise<RegistryClient & { readonly waits: number[]; now: number }> {
  const { auths, ...settings } = options;
  const folder = await mkdtemp(join(tmpdir(), "sti-test-registry-client-"));
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: auths ?? {} }));
  const time = { waits: [] as number[], now: Date.UTC(2026, 0, 1) };
  const client = createRegistryClient({
    certificateFolders: [],
    clock: {
      now: () => time.now,
      pause: async (milliseconds, signal) => {
        signal.throwIfAborted();
        time.waits.push(milliseconds);
        time.now += milliseconds;
      },
    },
    ...settings,
    env: { ...settings.env, DOCKER_CONFIG: folder },
  });
  onTestFinished(async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  });
  return Object.assign(time, client);
}

/** The error of a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<RegistryError> {
  const error = await call.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  if (!(error instanceof RegistryError)) throw new Error("no RegistryError", { cause: error });
  return error;
}

export function basicAuth(username: string, password: string): { readonly auth: string } {
  return { auth: Buffer.from(`${username}:${password}`).toString("base64") };
}
