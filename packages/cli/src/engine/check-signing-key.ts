// The check of `sti doctor` on signatures: whether the private key can be read, and whether results that it signs are believed.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Target } from "@sti/core";
import { readSecret } from "@sti/source";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectConfig } from "../project/assemble-graph.ts";
import type { CheckResult } from "./doctor-checks.ts";

const check = "signing key";
const KEYGEN = "make a pair with sti attest keygen";

/** One result for each finding; none where the config has neither a key nor `cache.verify`. */
export async function checkSigningKey(
  project: Pick<ProjectConfig, "config" | "directory"> & { readonly targets: readonly Target[] },
  { env, signal }: Pick<CommandContext, "env" | "signal">,
): Promise<readonly CheckResult[]> {
  const { attest, cache } = project.config;
  const written = [cache?.verify ?? []].flat();
  const source = attest?.key;
  if (source === undefined && written.length === 0) return [];
  const { parseSigningKey, parseVerificationKey } = await import("@sti/attest");
  const results: CheckResult[] = [];
  const report = (state: CheckResult["state"], found: string, fix?: string) =>
    void results.push({ check, state, found, ...(fix === undefined ? {} : { fix }) });
  const trusted = written.map((text) => parseVerificationKey(text));
  for (const [index, key] of trusted.entries()) {
    if ("problem" in key) report("problem", `cache.verify: key ${index + 1} ${key.problem}`, KEYGEN);
  }
  const adds = cache !== undefined && cache.write !== false;
  if (source === undefined) {
    if (!adds) report("ok", "none, and no results are added to the store");
    else {
      const found = "none, but cache.verify demands signatures: no results are added to the store";
      report("warning", found, "set attest.key, or cache.write to false where results are only read");
    }
    return results;
  }
  const value = await readSecret(source, { directory: project.directory, env, signal });
  if (typeof value === "string") {
    const attests = project.targets.some(
      ({ attest: { provenance, sbom }, push }) => push && (provenance || sbom),
    );
    if (attests) report("problem", `attest.key ${value}`, "attestations of pushed images need it");
    else if (adds) report("warning", `attest.key ${value}; until then no results are added to the store`);
    else report("ok", `attest.key ${value}; nothing is signed here`);
    return results;
  }
  if ("file" in source) {
    const file = resolve(project.directory, source.file);
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0)
      report("warning", `${file} can be read by other users`, `chmod 600 ${file}`);
  }
  const key = parseSigningKey(value);
  if ("problem" in key) {
    report("problem", `attest.key ${key.problem}`, KEYGEN);
    return results;
  }
  const { text } = key.public;
  const isTrusted = trusted.some((one) => "text" in one && one.text === text);
  if (written.length === 0 || isTrusted) report("ok", text);
  else {
    const found = `${text} is not in cache.verify: results that it signs are refused`;
    report("warning", found, "add it to cache.verify, or use the private key of one that is there");
  }
  return results;
}
