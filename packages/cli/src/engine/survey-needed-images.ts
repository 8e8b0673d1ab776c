// Looks into the images that a plan's open and changed targets are made from, as far as these exist already.
import {
  type Engine,
  type Facts,
  findImageId,
  formatSessionId,
  type ImageFacts,
  imageFactsOf,
  type Lock,
  type Plan,
  type Records,
  type SessionOwner,
  surveyImage,
  type TargetGraph,
} from "@sti/core";

export async function surveyNeededImages(
  engine: Engine,
  needed: {
    readonly graph: TargetGraph;
    readonly facts: Facts;
    readonly lock: Lock | undefined;
    readonly plan: Plan;
    readonly records: Records;
    readonly owner: SessionOwner;
    readonly signal: AbortSignal;
  },
): Promise<(id: string, scripts: string) => ImageFacts | undefined> {
  const wanted = new Map<string, { readonly id: string; readonly scripts: string }>();
  for (const planned of needed.plan.targets) {
    const node = needed.graph.nodes.get(planned.name);
    if (node?.target.kind !== "app" || planned.decision.kind !== "build") continue;
    for (const image of node.images) {
      const { pull, scripts } = node.target;
      const id =
        image.target === undefined
          ? findImageId(image, pull, needed)
          : needed.facts.images.get(image.reference)?.id;
      if (id !== undefined) wanted.set(keyOf(id, scripts), { id, scripts });
    }
  }
  const session = formatSessionId(needed.owner);
  const { signal } = needed;
  const surveyed = await Promise.all(
    [...wanted].map(async ([key, { id, scripts }], index) => {
      const [details, known] = await Promise.all([
        engine.inspectImage(id, { signal }),
        needed.records.readImage(id, scripts),
      ]);
      if (details === undefined) return [];
      if (known !== undefined) return [[key, imageFactsOf(details, known, scripts)] as const];
      const containerName = `${session}-${index}`;
      return [[key, await surveyImage(engine, details, { scripts, containerName }, { signal })] as const];
    }),
  );
  const facts = new Map(surveyed.flat());
  return (id, scripts) => facts.get(keyOf(id, scripts));
}

function keyOf(id: string, scripts: string): string {
  return `${scripts}\n${id}`;
}
