// Prepares the attestations of a session: its key, and the registries of pushed images. Nothing of it is loaded where no target
// needs it.
import {
  type AttestUse,
  failed,
  type Pushes,
  type Result,
  type StoreUse,
  success,
  type TargetGraph,
} from "@sti/core";
import { visitImageFiles } from "@sti/source";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectConfig } from "../project/assemble-graph.ts";
import { findBuilderPlace } from "./builder-place.ts";
import { insecureHosts } from "./open-store.ts";
import { keyFailure, readSigningKey } from "./signing-key.ts";

export interface OpenAttest {
  readonly use: AttestUse;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Undefined where no image that is pushed or stored is to be attested. Failures are those of the key. */
export async function openAttest(
  { config, directory, graph }: Pick<ProjectConfig, "config" | "directory"> & { readonly graph: TargetGraph },
  { pushes, store }: { readonly pushes: Pushes; readonly store: StoreUse | undefined },
  { env, signal }: Pick<CommandContext, "env" | "signal">,
): Promise<Result<OpenAttest | undefined>> {
  const targets = [...graph.nodes.values()]
    .map(({ target }) => target)
    .filter(({ attest, name }) => {
      const isAsked = attest.provenance || attest.sbom;
      return isAsked && (pushes.targets.has(name) || store?.writes === true);
    });
  if (targets.length === 0) return success(undefined);
  const { builder, insecure = false } = config.attest ?? {};
  const signing = await readSigningKey({ config, directory }, { env, signal });
  if (!signing.ok) return signing;
  if ("missing" in signing.value) return failed([keyFailure(signing.value.missing)]);
  const { createAttester } = await import("@sti/attest");
  const { createImageRegistry, createRegistryClient } = await import("@sti/registry");
  const hosts = targets.map(({ tag }) => tag.repository.split("/")[0] ?? "");
  const ofStore = config.cache === undefined ? [] : insecureHosts(config.cache);
  const client = createRegistryClient({ env, insecure: insecure ? [...hosts, ...ofStore] : ofStore });
  const attester = createAttester({
    key: signing.value.key,
    builder: findBuilderPlace(env, builder),
    visitFiles: visitImageFiles,
  });
  return success({
    use: { attester, registry: createImageRegistry(client) },
    close: () => client.close(),
  });
}
