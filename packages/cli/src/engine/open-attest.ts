// Prepares the attestations of a session: its key, and the registries of pushed images. Nothing of it is loaded where no target
// needs it.
import {
  type AttestUse,
  type Failure,
  failed,
  type Pushes,
  type Result,
  type StoreUse,
  success,
  type TargetGraph,
} from "@sti/core";
import { readSecret, visitImageFiles } from "@sti/source";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectConfig } from "../project/load-project.ts";
import { findBuilderPlace } from "./builder-place.ts";
import { insecureHosts } from "./open-store.ts";

export interface OpenAttest {
  readonly use: AttestUse;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Undefined where no image that is pushed is to be attested. Failures are those of the key. */
export async function openAttest(
  { config, directory, graph }: Pick<ProjectConfig, "config" | "directory"> & { readonly graph: TargetGraph },
  { pushes }: { readonly pushes: Pushes; readonly store: StoreUse | undefined },
  { env, signal }: Pick<CommandContext, "env" | "signal">,
): Promise<Result<OpenAttest | undefined>> {
  const targets = [...graph.nodes.values()]
    .map(({ target }) => target)
    .filter(({ attest, name }) => (attest.provenance || attest.sbom) && pushes.targets.has(name));
  if (targets.length === 0) return success(undefined);
  const { builder, insecure = false, key: source } = config.attest ?? {};
  const { createAttester, parseSigningKey } = await import("@sti/attest");
  const key = source === undefined ? undefined : await readKey();
  if (key !== undefined && "code" in key) return failed([key]);
  const { createImageRegistry, createRegistryClient } = await import("@sti/registry");
  const hosts = targets.map(({ tag }) => tag.repository.split("/")[0] ?? "");
  const ofStore = config.cache === undefined ? [] : insecureHosts(config.cache);
  const client = createRegistryClient({ env, insecure: insecure ? [...hosts, ...ofStore] : ofStore });
  const attester = createAttester({
    key,
    builder: findBuilderPlace(env, builder),
    visitFiles: visitImageFiles,
  });
  return success({
    use: { attester, registry: createImageRegistry(client) },
    close: () => client.close(),
  });

  async function readKey() {
    const refuse = (message: string): Failure => ({
      code: "config-invalid",
      path: ["attest", "key"],
      message,
    });
    if (source === undefined) return undefined;
    const value = await readSecret(source, { directory, env, signal });
    if (typeof value === "string") return refuse(value);
    const parsed = parseSigningKey(value);
    return "problem" in parsed ? refuse(parsed.problem) : parsed;
  }
}
