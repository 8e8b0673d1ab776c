// The plan of a project as `sti plan` prints it, by an engine or without one.
import {
  type CachingSession,
  type Failure,
  failed,
  type HostTrust,
  NO_FACTS,
  type Plan,
  type PlanInputs,
  planTargets,
  type Result,
  readSourceCache,
  type SourceCacheFacts,
  success,
} from "@sti/core";
import { createRecords, matchPaths } from "@sti/source";
import { connectEngine } from "../engine/connect-engine.ts";
import { createSessionSources } from "../engine/session-sources.ts";
import { surveyNeededImages } from "../engine/survey-needed-images.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags, TargetFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { checkPlatform } from "../project/environment.ts";
import type { Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { type ProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { sourceCaches } from "../project/source-caches.ts";
import { readEngineAnswers } from "../session/engine-answers.ts";
import { recallPasts } from "../session/recall-pasts.ts";

export interface MakePlanOptions extends ProjectFlags, TargetFlags {
  readonly locked: ProjectLock;
  readonly offline?: boolean;
}

export interface MadePlan {
  readonly plan: Plan;
  /** Failures of the whole project; those of targets are in the plan. */
  readonly refused: readonly Failure[];
}

export async function makePlan(
  project: Project,
  options: MakePlanOptions,
  context: CommandContext,
): Promise<Result<MadePlan>> {
  const { lock } = options.locked;
  const flags = planFlags(options, context.env);
  const records = createRecords(project.folders.memory);
  const imageFacts = () => undefined;
  if (options.offline === true) {
    const inputs = {
      ...project,
      facts: NO_FACTS,
      identities: new Map(),
      lock,
      flags,
      matchPaths,
      imageFacts,
    };
    const pasts = await recallPasts(inputs, records);
    // The engine's images are unknown; images missing in the lock file are known.
    const unlocked = refuseUnlocked(project.graph, options.locked, NO_FACTS);
    const refused = unlocked.filter(({ code }) => code === "lock-incomplete");
    return success(await planWithTrust({ ...inputs, pasts }, refused, context));
  }
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return failed(connected.failures);
  const { engine, facts } = connected.value;
  const refused = [
    ...checkPlatform(context.env, facts),
    ...refuseUnlocked(project.graph, options.locked, facts),
  ];
  const { signal } = context;
  const answers = await readEngineAnswers(engine, { ...project, facts, lock, records, signal });
  const inputs = { ...project, ...answers, lock, flags, matchPaths };
  const pasts = await recallPasts(inputs, records);
  const first = planTargets({ ...inputs, pasts, imageFacts });
  if (!first.targets.some(({ decision }) => decision.kind === "build"))
    return success(await planWithTrust({ ...inputs, pasts, imageFacts }, refused, context));
  const surveyed = await surveyNeededImages(engine, {
    graph: project.graph,
    facts,
    lock,
    plan: first,
    records,
    owner: currentOwner(),
    signal,
  });
  const keeping = { engine, records, flags, sourceCaches: sourceCaches(project, context.env) };
  const sourceCache = await recallSourceCaches(first, project, keeping);
  return success(
    await planWithTrust({ ...inputs, pasts, imageFacts: surveyed, sourceCache }, refused, context),
  );
}

/** As it is built: with this machine's certificates and proxies, which are read if a target needs them. */
async function planWithTrust(
  inputs: PlanInputs,
  refused: readonly Failure[],
  { env }: CommandContext,
): Promise<MadePlan> {
  const plan = planTargets(inputs);
  const isNeeded = plan.targets.some(
    ({ decision, name }) =>
      decision.kind !== "up-to-date" && inputs.graph.nodes.get(name)?.target.hostTrust === true,
  );
  if (!isNeeded) return { plan, refused };
  const trust: Result<HostTrust> = await createSessionSources(env).hostTrust();
  return trust.ok
    ? { plan: planTargets({ ...inputs, hostTrust: trust.value }), refused }
    : { plan, refused: [...refused, ...trust.failures] };
}

/** The source caches of the targets to build. */
async function recallSourceCaches(
  { targets }: Plan,
  { graph }: Project,
  keeping: CachingSession,
): Promise<ReadonlyMap<string, SourceCacheFacts>> {
  const known = await Promise.all(
    targets.map(async ({ decision, name }) => {
      const node = decision.kind === "up-to-date" ? undefined : graph.nodes.get(name);
      const sourceCache = node === undefined ? undefined : await readSourceCache(node.target, keeping);
      return sourceCache === undefined ? [] : [[name, sourceCache] as const];
    }),
  );
  return new Map(known.flat());
}
