// Pushes the images of targets that were built for several platforms: each one's as an index, and only a complete one.
import { declaredName } from "../definition/declared-name.ts";
import type { Target, TargetPlatform } from "../definition/target.ts";
import type { Failure } from "../failure/failure.ts";
import { isJoined } from "../graph/spread-platforms.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { AttestableResult } from "./attest-image.ts";
import type { TargetFinished } from "./event.ts";
import type { Executor, ScheduledSession } from "./executor.ts";
import { describeObstacle } from "./push-all.ts";
import { pushFailure } from "./push-target.ts";
import { emitFor } from "./target-events.ts";

interface Joining {
  readonly session: Pick<ScheduledSession, "clock" | "emit" | "graph" | "pushes" | "store">;
  readonly signal: AbortSignal;
  readonly executor: Pick<Executor, "attest" | "findStored">;
  readonly results: ReadonlyMap<string, TargetFinished>;
  /** By target, of those that have succeeded. */
  readonly attestable: ReadonlyMap<string, AttestableResult>;
  /** Failed pushes: of pushes together, none follows. */
  readonly unpushed: readonly Failure[];
}

/** A node of a joined target. */
type Part = Target & { readonly platform: TargetPlatform };

/** Called once the store has all results. Never rejects; resolves to the failures. */
export async function joinPlatforms(joining: Joining): Promise<readonly Failure[]> {
  const { graph, pushes } = joining.session;
  const parts = [...graph.nodes.values()].flatMap(({ target }) =>
    isPart(target) && pushes?.targets.has(target.name) === true ? [target] : [],
  );
  const failures: Failure[] = [];
  for (const group of Map.groupBy(parts, declaredName).values()) {
    const unpushed = [...joining.unpushed, ...failures];
    const obstacle = findObstacle(group, { ...joining, unpushed });
    if (obstacle === undefined) failures.push(...(await joinParts(group, joining)));
    else {
      for (const { name } of group)
        emitFor(joining.session, name, { type: "target-warning", message: `not pushed: ${obstacle}` });
    }
  }
  return failures;
}

function isPart(target: Target): target is Part {
  return isJoined(target);
}

function findObstacle(
  group: readonly Part[],
  { attestable, results, session, signal, unpushed }: Joining,
): string | undefined {
  if (signal.aborted) return "interrupted";
  const isAtomic = session.pushes?.when === "atomic";
  if (isAtomic && unpushed.length > 0) return "another push failed";
  const failed = group.filter(({ name }) => !attestable.has(name));
  const ends = failed.map(({ name }) => results.get(name)).filter((end) => end !== undefined);
  const obstacle = describeObstacle(isAtomic ? results.values() : ends);
  if (obstacle !== undefined) return obstacle;
  const missing = group[0]?.platform.all.filter((name) =>
    group.every(({ platform }) => platform.name !== name),
  );
  return missing === undefined || missing.length === 0
    ? undefined
    : `its index needs ${missing.join(", ")}, too, for which this session does not build`;
}

async function joinParts(group: readonly Part[], joining: Joining): Promise<readonly Failure[]> {
  const { attestable, executor, session, signal } = joining;
  const { clock } = session;
  const ordered = inOrder(group);
  const [first] = ordered;
  if (first === undefined || session.store === undefined) return [];
  const step = "push-image" as const;
  const started = clock.now();
  const title = `push ${first.tag.short} for ${first.platform.all.join(", ")}`;
  emitFor(session, first.name, { type: "step-started", step, title });
  try {
    const images: RegistryImage[] = [];
    for (const part of ordered) {
      const image = await executor.findStored(part, attestable.get(part.name) as AttestableResult);
      const problem = image === undefined ? "has no result" : findForeign(image, part.platform);
      if (image === undefined || problem !== undefined) return [lacking(part, session.store, problem)];
      images.push(image);
    }
    const { registry } = session.store;
    const { digest } = await registry.joinImages(images, first.tag.full, { signal });
    emitFor(session, first.name, { type: "step-finished", step, duration: clock.now() - started });
    const failures: Failure[] = [];
    for (const [index, part] of ordered.entries()) {
      const manifest = images[index]?.digest ?? "";
      const result = attestable.get(part.name) as AttestableResult;
      const attested = await executor.attest(part, { digest: manifest, result });
      if ("failure" in attested) failures.push(attested.failure);
      else {
        const reference = `${part.tag.repository}:${part.tag.tag}`;
        const pushed = { reference, digest, manifest, ...attested };
        emitFor(session, part.name, { type: "target-pushed", pushed });
      }
    }
    return failures;
  } catch (error) {
    if (!signal.aborted) return [pushFailure(error, first)];
    const message = "interrupted during its push: the registry may have it";
    emitFor(session, first.name, { type: "target-warning", message });
    return [];
  }
}

/** In that of the platforms, so that equal images make an equal index. */
function inOrder(group: readonly Part[]): readonly Part[] {
  const all = group[0]?.platform.all ?? [];
  return all.flatMap((name) => group.filter(({ platform }) => platform.name === name));
}

function findForeign(image: RegistryImage, platform: TargetPlatform): string | undefined {
  const own = `${image.os}/${image.architecture}`;
  return own === platform.name ? undefined : `has a result for ${own} instead`;
}

function lacking(
  { name: target, path, platform, tag }: Part,
  { store }: NonNullable<ScheduledSession["store"]>,
  problem = "has no result",
): Failure {
  const message = `the store ${store.repository} ${problem} of ${target}, for ${platform.name}`;
  return {
    code: "push-failed",
    target,
    path: [...path, "tag"],
    tag: tag.short,
    reason: "not-found",
    message,
  };
}
