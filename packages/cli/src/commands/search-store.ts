// The targets of a project whose results the store of its config lacks, found without an engine.
import { failed, findMissing, type Result, success, type TargetGraph } from "@sti/core";
import { openSignatures } from "../engine/open-signatures.ts";
import { connectStore, type StoreSettings } from "../engine/open-store.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { LockFlags, TargetFlags } from "../process/flags.ts";
import type { Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { readProjectLock } from "../project/project-lock.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface SearchedStore {
  /** Names of the targets, in build order. */
  readonly missing: readonly string[];
  /** Those of them that no other one needs: with their dependencies, they are all. */
  readonly outermost: readonly string[];
}

/** Of engines in CI, which are like this machine. */
const PLATFORM = { os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" };

/** Warnings of the store are printed. */
export async function searchStore(
  project: Project,
  options: LockFlags & TargetFlags & { readonly settings: StoreSettings },
  context: CommandContext,
): Promise<Result<SearchedStore>> {
  const { env, signal, stderr } = context;
  const locked = await readProjectLock(project.directory, { ...options, env });
  if (!locked.ok) return failed(locked.failures);
  const signed = await openSignatures(project, { writes: false }, context);
  if (!signed.ok) return failed(project.place(signed.failures));
  const { close, registry, store } = await connectStore(options.settings, env, PLATFORM);
  try {
    const missing = await findMissing({
      ...project,
      flags: planFlags(options, env),
      lock: locked.value.lock,
      platform: PLATFORM,
      use: {
        store,
        registry,
        ...signed.value,
        reads: options.settings.read ?? true,
        branches: async () => ({ own: undefined, others: [] }),
        largestPrevious: undefined,
      },
      now: () => performance.now(),
      warn: (message) => stderr.write(`sti: ${sanitizeLine(message)}\n`),
      signal,
    });
    return success({ missing, outermost: findOutermost(project.graph, missing) });
  } finally {
    await close();
  }
}

function findOutermost({ nodes }: TargetGraph, missing: readonly string[]): readonly string[] {
  const chosen = new Set(missing);
  return missing.filter((name) => nodes.get(name)?.dependents.some((other) => chosen.has(other)) !== true);
}
