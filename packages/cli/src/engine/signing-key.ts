// The private key that signs attestations and results of a store. It goes nowhere but into signatures.
import type { SigningKey } from "@sti/attest";
import { type Failure, failed, type Result, success } from "@sti/core";
import { readSecret } from "@sti/source";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectConfig } from "../project/assemble-graph.ts";

/** The key, or why there is none, in words that follow its place in the config. */
export type SigningKeyResult = { readonly key: SigningKey | undefined } | { readonly missing: string };

/** A failure if the value is no key. */
export async function readSigningKey(
  { config, directory }: Pick<ProjectConfig, "config" | "directory">,
  { env, signal }: Pick<CommandContext, "env" | "signal">,
): Promise<Result<SigningKeyResult>> {
  const source = config.attest?.key;
  if (source === undefined) return success({ key: undefined });
  const value = await readSecret(source, { directory, env, signal });
  if (typeof value === "string") return success({ missing: value });
  const { parseSigningKey } = await import("@sti/attest");
  const key = parseSigningKey(value);
  return "problem" in key ? failed([keyFailure(key.problem)]) : success({ key });
}

export function keyFailure(message: string): Failure {
  return { code: "config-invalid", path: ["attest", "key"], message };
}
