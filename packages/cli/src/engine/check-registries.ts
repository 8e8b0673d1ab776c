// The checks of `sti doctor` on registries: whether images can be pushed where the config pushes them, and whether the
// store can be used.
import { type RegistryAccess, RegistryError, type Target } from "@sti/core";
import type { CheckResult } from "./doctor-checks.ts";
import { insecureHosts, type StoreSettings } from "./open-store.ts";

/** Milliseconds; shorter than those of a session, since somebody waits for the answer. */
const LIMITS = { connect: 5000, headers: 10_000, idle: 10_000, wait: 3000 };

/** One result for each repository to which a target is pushed by every session, and one for the store. */
export async function checkRegistries(
  { store, targets }: { readonly targets: readonly Target[]; readonly store: StoreSettings | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly CheckResult[]> {
  const pushed = targets.filter(({ push }) => push === true).map(({ tag }) => tag.repository);
  if (pushed.length === 0 && store === undefined) return [];
  const { createImageRegistry, createRegistryClient } = await import("@sti/registry");
  const client = createRegistryClient({
    env,
    limits: LIMITS,
    insecure: store === undefined ? [] : insecureHosts(store),
  });
  try {
    const registries = createImageRegistry(client);
    const checks = [...new Set(pushed)].map(async (repository) =>
      describeAccess(repository, await registries.tryAccess(repository)),
    );
    if (store !== undefined) {
      const { image } = store;
      checks.push(registries.tryAccess(image).then((access) => describeStore(store, access)));
    }
    return await Promise.all(checks);
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

/** Sessions go on without a store, so that it is never a problem. */
export function describeStore({ image, write = true }: StoreSettings, access: RegistryAccess): CheckResult {
  const check = "store";
  const { read } = access;
  if (read instanceof RegistryError) {
    return { check, state: "warning", found: `${image}: ${read.message}`, fix: suggestFix(read) };
  }
  if (!write) return { check, state: "ok", found: `${image}: results can be read` };
  if (access.write instanceof RegistryError) {
    const found = `${image}: results can be read, but not added: ${access.write.message}`;
    return { check, state: "warning", found, fix: suggestFix(access.write) };
  }
  return { check, state: "ok", found: `${image}: results can be read and added` };
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
