// `sti push`: pushes targets that are built and up to date, and builds nothing.
import {
  decidePushes,
  type Failure,
  keepNeeded,
  planTargets,
  readIdentities,
  type TargetGraph,
} from "@sti/core";
import { createRecords, matchPaths } from "@sti/source";
import { connectEngine } from "../engine/connect-engine.ts";
import { openAttest } from "../engine/open-attest.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags, SelectionFlags, TargetFlags } from "../process/flags.ts";
import { loadProject } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { projectOptions } from "../project/project-options.ts";
import { ownFacts } from "../session/own-facts.ts";
import { recallPasts } from "../session/recall-pasts.ts";
import { runSession } from "../session/run-session.ts";
import type { SessionOptions } from "../session/session-options.ts";

export interface PushOptions
  extends ProjectFlags,
    SelectionFlags,
    Pick<TargetFlags, "method">,
    Pick<SessionOptions, "concurrency" | "metadataFile" | "outputFile" | "report" | "reporter"> {
  /** All together, none after one that failed. */
  readonly atomic?: boolean;
}

/** Resolves to the exit code. */
export async function runPush(
  targets: readonly string[],
  options: PushOptions,
  context: CommandContext,
): Promise<number> {
  const loaded = await loadProject({
    ...projectOptions("push", options, context),
    targets,
    affected: options.affected,
    method: options.method,
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  if (loaded.value.selected.length === 0) return reportNothingSelected(options, context);
  const project = { ...loaded.value, graph: withoutPulls(loaded.value.graph) };
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts, ledger } = connected.value;

  const pushes = decidePushes(project.graph, {
    request: options.atomic === true ? "atomic" : "each",
    selected: project.selected,
  });
  const records = createRecords(project.folders.memory);
  const { signal } = context;
  const own = await ownFacts(engine, { ...project, facts, records, signal });
  const known = { graph: project.graph, facts: own, lock: undefined, records };
  const identities = await readIdentities(engine, known, { signal });
  const inputs = { ...project, facts: own, identities, flags: planFlags({}, context.env), matchPaths };
  const pasts = await recallPasts(inputs, records);
  const plan = planTargets({ ...inputs, pasts, imageFacts: () => undefined });
  const refused = plan.targets.flatMap(({ decision, name, tag }): Failure[] => {
    const target = project.graph.nodes.get(name)?.target;
    if (target === undefined) return [];
    const refusal = (reason: string, path: readonly string[] = []): Failure => ({
      code: "push-refused",
      target: name,
      path: [...target.path, ...path],
      tag,
      reason,
    });
    if (pushes.targets.has(name) && (target.platforms?.length ?? 0) > 1)
      return [refusal("sti push joins no images of several platforms", ["platforms"])];
    if (targets.length > 0 && project.selected.includes(name) && target.push === false)
      return [refusal("its config has push: false", ["push"])];
    return pushes.targets.has(name) && decision.kind !== "up-to-date" ? [refusal(decision.reason)] : [];
  });
  // Nothing is pushed unless everything can be.
  if (refused.length > 0) return reportFailures(project.place(refused), context);
  if (pushes.targets.size === 0) {
    if (options.quiet !== true) context.stdout.write("sti: nothing to push: all targets have push: false\n");
    return 0;
  }
  const pushed = { ...project, graph: keepNeeded(project.graph, pushes.targets) };
  const attest = await openAttest(pushed, { pushes, store: undefined }, context);
  if (!attest.ok) return reportFailures(project.place(attest.failures), context);
  try {
    const inputs = { engine, facts, ledger, pushes, attest: attest.value?.use, secrets: new Map() };
    return await runSession(pushed, { ...inputs, options, context });
  } finally {
    await attest.value?.close();
  }
}

/** Whether something is up to date is decided by the images that are there: a push fetches none. */
function withoutPulls(graph: TargetGraph): TargetGraph {
  const nodes = [...graph.nodes].map(
    ([name, node]) => [name, { ...node, target: { ...node.target, pull: "never" as const } }] as const,
  );
  return { ...graph, nodes: new Map(nodes) };
}
