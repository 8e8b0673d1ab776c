// Signatures of results in the store: the keys that results have to be signed by, and the one that signs new ones.
import type { VerificationKey } from "@sti/attest";
import { type Failure, failed, type Result, type StoreUse, success } from "@sti/core";
import { createSignatureMemory } from "@sti/source";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectConfig } from "../project/assemble-graph.ts";
import { cacheFolder } from "../project/cache-folder.ts";
import { readSigningKey } from "./signing-key.ts";

/** Without the private key nothing is added: other machines would refuse it. Failures are those of the keys' form. */
export async function openSignatures(
  project: Pick<ProjectConfig, "config" | "directory">,
  { writes }: { readonly writes: boolean },
  context: Pick<CommandContext, "env" | "signal">,
): Promise<Result<Pick<StoreUse, "notWritten" | "signatures">>> {
  const { attest, cache } = project.config;
  const written = [cache?.verify ?? []].flat();
  const signs = writes && attest?.key !== undefined;
  if (written.length === 0 && !signs) return success({});
  const { createResultSignatures, parseVerificationKey } = await import("@sti/attest");
  const read = written.map((text) => parseVerificationKey(text));
  const failures = read.flatMap((key, index): Failure[] => {
    if (!("problem" in key)) return [];
    const path = ["cache", "verify", ...(Array.isArray(cache?.verify) ? [index] : [])];
    return [{ code: "config-invalid", path, message: key.problem }];
  });
  if (failures.length > 0) return failed(failures);
  const signing = signs ? await readSigningKey(project, context) : success({ key: undefined });
  if (!signing.ok) return signing;
  const keys = read.filter((key): key is VerificationKey => !("problem" in key));
  const place = cacheFolder(context.env).folder("signatures");
  const memory = keys.length === 0 ? undefined : createSignatureMemory(place, cache?.image ?? "");
  if ("missing" in signing.value) {
    const notWritten = `attest.key ${signing.value.missing}`;
    return success({ signatures: createResultSignatures(undefined, keys, memory), notWritten });
  }
  const signatures = createResultSignatures(signing.value.key, keys, memory);
  const isUnsigned = writes && keys.length > 0 && signing.value.key === undefined;
  return success({
    signatures,
    ...(isUnsigned ? { notWritten: "cache.verify demands signatures, and there is no attest.key" } : {}),
  });
}
