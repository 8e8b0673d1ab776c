// Whether the images of targets can be pushed as they are: nothing is built for a push.
import {
  type DecisionInputs,
  enginePlatform,
  type Failure,
  isJoined,
  type PlannedTarget,
  type PlatformPart,
  type Pushes,
  planTargets,
  platformParts,
  type Records,
  type StoreUse,
  type Target,
} from "@sti/core";
import { askStore } from "../engine/ask-store.ts";
import type { OpenStore } from "../engine/open-store.ts";
import type { CommandContext } from "../process/command-context.ts";
import { recallPasts } from "./recall-pasts.ts";

export interface CheckPushes {
  /** Of the whole project. */
  readonly inputs: Omit<DecisionInputs, "pasts" | "shared">;
  readonly pushes: Pushes;
  readonly records: Records;
  /** Has the results for several platforms; undefined if none of them is pushed. */
  readonly store: Pick<OpenStore, "use" | "useFor"> | undefined;
  readonly context: CommandContext;
}

/** A failure for each target that would have to be built first. */
export async function checkPushes(check: CheckPushes): Promise<readonly Failure[]> {
  const [own, ...others] = platformParts(check.inputs);
  const failures = [...(await checkPart(own, check.store?.use, check))];
  for (const part of others) {
    const { architecture = "", os = "" } = part.facts.engine ?? {};
    failures.push(...(await checkPart(part, check.store?.useFor({ os, architecture }), check)));
  }
  return failures;
}

async function checkPart(
  part: PlatformPart,
  use: StoreUse | undefined,
  { context, inputs: all, pushes, records }: CheckPushes,
): Promise<readonly Failure[]> {
  const inputs = { ...all, facts: part.facts, graph: part.graph };
  const store = use && (await askStore(use, inputs, context));
  const known = { ...inputs, shared: store?.shared };
  const plan = planTargets({
    ...known,
    pasts: await recallPasts(known, records),
    imageFacts: () => undefined,
  });
  const failures: Failure[] = [];
  for (const planned of plan.targets) {
    const target = part.graph.nodes.get(planned.name)?.target;
    if (target === undefined || !pushes.targets.has(planned.name) || planned.decision.kind === "up-to-date")
      continue;
    const key = planned.decision.kind === "build" ? planned.decision.key : undefined;
    const stored = key === undefined ? undefined : await store?.find(target, key);
    if (stored === undefined)
      failures.push(refuse(target, planned, { engine: enginePlatform(all.facts), use }));
  }
  return failures;
}

function refuse(
  target: Target,
  { decision, name, tag }: PlannedTarget,
  { engine = "", use }: { readonly engine: string | undefined; readonly use: StoreUse | undefined },
): Failure {
  const { path, platform } = target;
  if (use !== undefined && platform !== undefined && platform.name !== engine) {
    const { repository: store } = use.store;
    return {
      code: "platform-unbuildable",
      target: name,
      path: [...path, "platforms"],
      platform: platform.name,
      engine,
      store,
    };
  }
  const inStore =
    isJoined(target) && use !== undefined ? `, and ${use.store.repository} has no result of it` : "";
  return { code: "push-refused", target: name, path, tag, reason: `${decision.reason}${inStore}` };
}
