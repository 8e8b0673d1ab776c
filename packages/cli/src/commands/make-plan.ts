// The plan of a project as `sti plan` prints it, by an engine or without one.
import {
  type CachingSession,
  type Failure,
  failed,
  findUnbuildable,
  type HostTrust,
  NO_FACTS,
  type Plan,
  type PlanInputs,
  planPlatforms,
  platformParts,
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
import type { PlatformFlags, ProjectFlags, TargetFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { checkPlatform } from "../project/environment.ts";
import type { Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { type ProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { sourceCaches } from "../project/source-caches.ts";
import { spreadProject } from "../project/spread-project.ts";
import { readEngineAnswers } from "../session/engine-answers.ts";
import { recallPasts } from "../session/recall-pasts.ts";

export interface MakePlanOptions extends ProjectFlags, TargetFlags, PlatformFlags {
  readonly locked: ProjectLock;
  readonly offline?: boolean;
}

export interface MadePlan {
  readonly plan: Plan;
  /** Failures of the whole project; those of targets are in the plan. */
  readonly refused: readonly Failure[];
}

export async function makePlan(
  loaded: Project,
  options: MakePlanOptions,
  context: CommandContext,
): Promise<Result<MadePlan>> {
  const { lock } = options.locked;
  const flags = planFlags(options, context.env);
  const records = createRecords(loaded.folders.memory);
  const imageFacts = () => undefined;
  const { platform } = options;
  if (options.offline === true) {
    const spread = spreadProject(loaded, { facts: NO_FACTS, platform });
    if (!spread.ok) return spread;
    const project = spread.value;
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
    const unlocked = refuseUnlocked(loaded.graph, options.locked, NO_FACTS);
    const refused = unlocked.filter(({ code }) => code === "lock-incomplete");
    return success(await planWithTrust({ ...inputs, pasts }, refused, context));
  }
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return failed(connected.failures);
  const { engine, facts } = connected.value;
  const spread = spreadProject(loaded, { facts, platform });
  if (!spread.ok) return spread;
  const project = spread.value;
  const refused = [
    ...checkPlatform(context.env, facts),
    ...refuseUnlocked(loaded.graph, options.locked, facts),
    ...(project.config.cache === undefined ? findUnbuildable({ graph: project.graph, facts }) : []),
  ];
  const { signal } = context;
  const answers = await readEngineAnswers(engine, { ...project, facts, lock, records, signal });
  const inputs = { ...project, ...answers, lock, flags, matchPaths };
  const pasts = await recallPasts(inputs, records);
  const first = planPlatforms({ ...inputs, pasts, imageFacts });
  const [own] = platformParts({ graph: project.graph, facts: answers.facts });
  if (!first.targets.some(({ decision }) => decision.kind === "build"))
    return success(await planWithTrust({ ...inputs, pasts, imageFacts }, refused, context));
  const surveyed = await surveyNeededImages(engine, {
    graph: own.graph,
    facts,
    lock,
    plan: first,
    records,
    owner: currentOwner(),
    signal,
  });
  const keeping = { engine, records, flags, sourceCaches: sourceCaches(project, context.env) };
  const sourceCache = await recallSourceCaches(first, own, keeping);
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
  const plan = planPlatforms(inputs);
  const isNeeded = plan.targets.some(
    ({ decision, name }) =>
      decision.kind !== "up-to-date" && inputs.graph.nodes.get(name)?.target.hostTrust === true,
  );
  if (!isNeeded) return { plan, refused };
  const trust: Result<HostTrust> = await createSessionSources(env).hostTrust();
  return trust.ok
    ? { plan: planPlatforms({ ...inputs, hostTrust: trust.value }), refused }
    : { plan, refused: [...refused, ...trust.failures] };
}

/** The source caches of the targets to build. */
async function recallSourceCaches(
  { targets }: Plan,
  { graph }: Pick<Project, "graph">,
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
