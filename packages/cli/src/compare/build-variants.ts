// Builds the variants of a comparison as one session, with temporary tags and without a trace in the records of the
// apps. Where an app has no image to get artifacts of, one is built in a session before it.
import {
  type BuildToRecord,
  type Facts,
  keepNeeded,
  previousTag,
  type RecordedBuild,
  type Records,
  surveyEngine,
  type TargetFinished,
  type TargetGraph,
  type Variant,
  type VariantPair,
} from "@sti/core";
import { createRecords } from "@sti/source";
import type { Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { runSession, type SessionInputs } from "../session/run-session.ts";

type VariantInputs = Omit<SessionInputs, "variants">;

export interface BuiltVariants {
  /** Of the session. */
  readonly exitCode: number;
  /** Result of each target, by name. */
  readonly finished: ReadonlyMap<string, TargetFinished>;
}

/** `id`: of the session; it is in the variants' tags. */
export async function buildVariants(
  project: Project,
  pairs: readonly VariantPair[],
  session: VariantInputs & { readonly id: string },
): Promise<BuiltVariants> {
  const { engine, id } = session;
  const finished = new Map<string, TargetFinished>();
  const seeds = pairs.flatMap(({ app, seed }) =>
    seed === undefined || session.facts.images.has(previousTag(app).full) ? [] : [seed],
  );
  const graph = withArtifacts(project.graph, pairs, new Set(seeds));
  const records = withoutVariants(createRecords(project.folders.memory), pairs);
  const runPart = async (part: readonly Variant[], facts: Facts, id: string): Promise<number> => {
    const names = part.map(({ target }) => target.name);
    return await runSession(
      { ...project, graph: keepNeeded(graph, names), selected: names },
      {
        ...session,
        facts,
        variants: {
          id,
          records,
          targetFlags: new Map(part.map((variant) => [variant.target.name, flagsOf(variant, session)])),
          onFinished: (targets) => {
            for (const target of targets) finished.set(target.target, target);
          },
        },
      },
    );
  };
  let { facts } = session;
  if (seeds.length > 0) {
    await runPart(seeds, facts, `${id}-seeds`);
    facts = await surveyEngine(engine, { signal: session.context.signal });
  }
  const exitCode = await runPart(
    pairs.flatMap(({ a, b }) => [a, b]),
    facts,
    id,
  );
  return { exitCode, finished };
}

function flagsOf({ isIncremental }: Variant, { context, options }: VariantInputs) {
  return planFlags(
    isIncremental ? { ...options, force: true, clean: false } : { ...options, clean: true },
    context.env,
  );
}

/** The graph with the images whose artifacts incremental variants get: those there are, else those of the seeds. */
function withArtifacts(
  graph: TargetGraph,
  pairs: readonly VariantPair[],
  seeded: ReadonlySet<Variant>,
): TargetGraph {
  const nodes = new Map(graph.nodes);
  for (const { app, b, seed } of pairs) {
    const node = nodes.get(b.target.name);
    if (!b.isIncremental || node === undefined) continue;
    const previous = seed !== undefined && seeded.has(seed) ? seed.target : app;
    nodes.set(b.target.name, { ...node, target: { ...b.target, artifactsTag: previousTag(previous) } });
  }
  return { ...graph, nodes };
}

/** Builds of variants are known to this session alone: it reuses the artifacts of images that it made. */
function withoutVariants(records: Records, pairs: readonly VariantPair[]): Records {
  const declared = new Map(
    pairs.flatMap(({ app, a, b, seed }) =>
      [a, b, ...(seed === undefined ? [] : [seed])].map(({ target }) => [target.name, app.name] as const),
    ),
  );
  const made = new Map<string, readonly RecordedBuild[]>();
  const write = async (recorded: BuildToRecord, others: Records["writeBuild"]) => {
    const name = declared.get(recorded.target);
    if (name === undefined) await others(recorded);
    else made.set(name, [recorded.build, ...(made.get(name) ?? [])]);
  };
  return {
    ...records,
    readTarget: async (target) => {
      const name = declared.get(target) ?? target;
      const record = await records.readTarget(name);
      const builds = made.get(name) ?? [];
      if (builds.length === 0) return record;
      return { schemaVersion: 2, target: name, builds: [...builds, ...(record?.builds ?? [])] };
    },
    writeBuild: (recorded) => write(recorded, records.writeBuild),
    writeFound: (recorded) => write(recorded, records.writeFound),
  };
}
