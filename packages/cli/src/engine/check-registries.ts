// The check of `sti doctor` on registries: whether images can be pushed where the config pushes them.
import { type RegistryAccess, RegistryError, type Target } from "@sti/core";
import type { CheckResult } from "./doctor-checks.ts";

/** Milliseconds; shorter than those of a session, since somebody waits for the answer. */
const LIMITS = { connect: 5000, headers: 10_000, idle: 10_000, wait: 3000 };

/** One result for each repository to which a target is pushed by every session. */
export async function checkRegistries(
  targets: readonly Target[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly CheckResult[]> {
  const pushed = targets.filter(({ push }) => push === true).map(({ tag }) => tag.repository);
  if (pushed.length === 0) return [];
  const { createImageRegistry, createRegistryClient } = await import("@sti/registry");
  const client = createRegistryClient({ env, limits: LIMITS });
  try {
    const registries = createImageRegistry(client);
    return await Promise.all(
      [...new Set(pushed)].map(async (repository) =>
        describeAccess(repository, await registries.tryAccess(repository)),
      ),
    );
  } finally {
    await client.close();
  }
}

/** A registry that only this machine cannot reach is no problem of an engine elsewhere. */
export function describeAccess(repository: string, { read, write }: RegistryAccess): CheckResult {
  const check = "registry";
  const error = [read, write].find((one) => one instanceof RegistryError);
  if (error === undefined) return { check, state: "ok", found: `${repository}: pull and push allowed` };
  const isElsewhere = error.reason === "unreachable" || error.reason === "untrusted";
  const found = `${repository}: ${error === read ? "" : "no push, "}${error.message}`;
  return { check, state: isElsewhere ? "warning" : "problem", found, fix: suggestFix(error) };
}

function suggestFix({ reason, registry }: RegistryError): string | undefined {
  const host = registry.replace(/^docker\.io$/, "");
  switch (reason) {
    case "denied":
      return `docker login${host === "" ? "" : ` ${host}`}, as a user who may push there`;
    case "untrusted":
      return `put the certificate of its CA into /etc/docker/certs.d/${registry}/ca.crt`;
    case "unreachable":
      return "check the name, the network and HTTPS_PROXY; the engine may reach it from its own machine";
    case "full":
      return "remove images from the registry, or raise its quota";
    default:
      return undefined;
  }
}
