// `sti why`: reasons why targets are built or not, compared with the previous build.
import {
  type DecidedTarget,
  type DecisionInputs,
  decideTargets,
  declaredName,
  explainTarget,
  type Facts,
  failed,
  findRecordedBuild,
  isBuildName,
  type Lock,
  NO_FACTS,
  NO_PAST,
  type Past,
  type PlatformPart,
  platformParts,
  type Records,
  type Result,
  recallBuild,
  type StoredWhy,
  type StoreUse,
  success,
  type TargetWhy,
  type WhyDocument,
} from "@sti/core";
import { createRecords, matchPaths } from "@sti/source";
import { askStore, type StoreAnswers } from "../engine/ask-store.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { openStore } from "../engine/open-store.ts";
import { printWhy } from "../print/print-why.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { PlatformFlags, ProjectFlags, TargetFlags } from "../process/flags.ts";
import { loadProject, type Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { readProjectLock } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { spreadProject } from "../project/spread-project.ts";
import { formatJson } from "../render/format-json.ts";
import { type EngineAnswers, readEngineAnswers } from "../session/engine-answers.ts";
import { recallPasts } from "../session/recall-pasts.ts";
import { runHistory } from "./why-history.ts";

export interface WhyOptions extends ProjectFlags, PlatformFlags, Pick<TargetFlags, "method"> {
  readonly json?: boolean;
  /** A number of builds, or the start of a key. */
  readonly against?: string;
  readonly history?: boolean;
  readonly offline?: boolean;
}

/** Resolves to the exit code. */
export async function runWhy(
  targets: readonly string[],
  options: WhyOptions,
  context: CommandContext,
): Promise<number> {
  if (options.history === true) return await runHistory(targets, options, context);
  const { against } = options;
  if (against !== undefined && !isBuildName(against)) {
    return reportFailures([{ code: "recorded-build-unknown", asked: against }], context);
  }
  const loaded = await loadProject({
    ...projectOptions("why", options, context),
    targets,
    method: options.method,
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  const locked = await readProjectLock(loaded.value.directory, { frozen: false, env: context.env });
  if (!locked.ok) return reportFailures(locked.failures, context);
  const records = createRecords(loaded.value.folders.memory);
  const { lock } = locked.value;
  const asked = await askEngine(loaded.value, { options, lock, records, context });
  if (!asked.ok) return reportFailures(asked.failures, context);
  const { facts } = asked.value;
  const project = spreadProject(loaded.value, { facts, platform: options.platform });
  if (!project.ok) return reportFailures(project.failures, context);
  const flags = planFlags({}, context.env);
  const inputs = { ...project.value, ...asked.value, lock, flags, matchPaths };
  const explained = await explainTargets(project.value, { inputs, records, targets, against, context });
  if (!explained.ok) return reportFailures(explained.failures, context);
  if (against !== undefined && explained.value.every((why) => why.against === null)) {
    return reportFailures([{ code: "recorded-build-unknown", asked: against }], context);
  }
  const document: WhyDocument = { schemaVersion: 1, targets: explained.value };
  context.stdout.write(
    options.json === true
      ? formatJson(document, 2)
      : printWhy(document, { stream: context.stdout, isOlder: against !== undefined }),
  );
  return 0;
}

async function askEngine(
  { graph }: Project,
  asking: {
    readonly options: WhyOptions;
    readonly lock: Lock | undefined;
    readonly records: Records;
    readonly context: CommandContext;
  },
): Promise<Result<EngineAnswers>> {
  const { context, lock, options, records } = asking;
  if (options.offline === true) return success({ facts: NO_FACTS, identities: new Map() });
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return failed(connected.failures);
  const { engine, facts } = connected.value;
  const { signal } = context;
  return success(await readEngineAnswers(engine, { facts, graph, lock, records, signal }));
}

interface Explaining {
  readonly inputs: Omit<DecisionInputs, "pasts">;
  readonly records: Records;
  readonly targets: readonly string[];
  readonly against: string | undefined;
  readonly context: CommandContext;
}

/** Of the named targets, or of all. */
async function explainTargets(project: Project, given: Explaining): Promise<Result<readonly TargetWhy[]>> {
  const { engine } = given.inputs.facts;
  const opened = await openStore(project, { cacheWrite: false }, { context: given.context, engine });
  if (!opened.ok) return failed(project.place(opened.failures));
  const { value: shared } = opened;
  try {
    const [own, ...others] = platformParts(given.inputs);
    const explained = [...(await explainPart(own, shared?.use, given))];
    for (const part of others) {
      const { architecture = "", os = "" } = part.facts.engine ?? {};
      explained.push(...(await explainPart(part, shared?.useFor({ os, architecture }), given)));
    }
    return success(explained);
  } finally {
    await shared?.close();
  }
}

/** The named targets, for one platform. */
async function explainPart(
  { facts, graph }: PlatformPart,
  use: StoreUse | undefined,
  { against, context, inputs: all, records, targets }: Explaining,
): Promise<readonly TargetWhy[]> {
  const inputs = { ...all, facts, graph };
  const store = use && (await askStore(use, inputs, context));
  const known = { ...inputs, shared: store?.shared };
  const decided = decideTargets({ ...known, pasts: await recallPasts(known, records) });
  const named = [...decided.values()].filter(
    ({ node }) => targets.length === 0 || targets.includes(declaredName(node.target)),
  );
  return await explain(named, { decided, facts, records, against, store });
}

/** Against the build that made the image, or the one that was asked for. */
async function explain(
  named: readonly DecidedTarget[],
  known: {
    readonly decided: ReadonlyMap<string, DecidedTarget>;
    readonly facts: Facts;
    readonly records: Records;
    readonly against: string | undefined;
    readonly store: StoreAnswers | undefined;
  },
): Promise<readonly TargetWhy[]> {
  const { against, decided, facts, records, store } = known;
  const imageIdOf = (name: string) => decided.get(name)?.imageId;
  return await Promise.all(
    named.map(async (target) => {
      const recall = async (): Promise<Past> => {
        const { node } = target;
        if (against === undefined) return await recallBuild(records, node.target, { facts, imageIdOf });
        const key = findRecordedBuild(await records.readTarget(node.target.name), against)?.key;
        return key === undefined
          ? NO_PAST
          : await recallBuild(records, node.target, { facts, imageIdOf, key });
      };
      const why = explainTarget(target, await recall());
      const stored = store && (await findStored(why, target, store));
      return stored === undefined ? why : { ...why, stored };
    }),
  );
}

/** A result that was built here is not looked up. */
async function findStored(
  { against, decision }: TargetWhy,
  { node }: DecidedTarget,
  store: StoreAnswers,
): Promise<StoredWhy | null | undefined> {
  if (decision.kind === "open") return undefined;
  if (decision.kind === "up-to-date" && against?.build?.isMadeHere === true) return undefined;
  return await store.describe(node.target, decision.key);
}
