// The shared state of all builds until it is quiet again: one list of the engine's images, updated by these builds, and
// findings about them.
import type { Target } from "../definition/target.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { ReadyContainers } from "../execute/ready-containers.ts";
import type { Session } from "../execute/session.ts";
import type { SessionCleanup } from "../execute/session-cleanup.ts";
import { type SharedContext, shareContext } from "../execute/session-context.ts";
import type { SessionLayers } from "../execute/session-layers.ts";
import type { SessionLedger } from "../execute/session-ledger.ts";
import type { TargetResult } from "../execute/target-result.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { Facts } from "../plan/facts.ts";
import type { PlanFlags } from "../plan/flags.ts";
import type { WatchOptions, WatchProject } from "./watch-session.ts";
import type { Asked } from "./watch-state.ts";

export interface Round {
  readonly session: Session;
  readonly shared: SharedContext;
  /** Notes the images that a target has now. */
  readonly note: (node: TargetNode, result: TargetResult) => Promise<void>;
}

/** The session that builds of a round belong to. */
export function describeSession(
  options: WatchOptions,
  now: Pick<Session, "engine" | "facts" | "signal" | "snapshots"> & {
    readonly project: WatchProject;
    readonly readAgain: Session["sources"]["readAgain"];
    readonly store: Session["store"];
  },
): Session {
  const { project: given, readAgain, ...present } = now;
  const { withCheckouts, ...project } = given;
  const checkouts = withCheckouts === undefined ? {} : { withCheckouts };
  return {
    ...project,
    ...present,
    id: options.id,
    flags: options.flags,
    sources: { ...options.sources, ...checkouts, readAgain },
    records: options.records,
    ledger: options.ledger,
    toolVersion: options.toolVersion,
    sourceCaches: options.sourceCaches,
    concurrency: options.concurrency,
    onFailure: "continue",
    onPlanned: options.onPlanned,
    emit: options.emit,
    clock: options.clock,
  };
}

/** `session.facts`: as the engine listed them just now. */
export function startRound(
  session: Session,
  given: {
    readonly cleanup: SessionCleanup;
    readonly newName: () => string;
    readonly ledger: SessionLedger;
    readonly ready: ReadyContainers;
    readonly layers: SessionLayers;
  },
): Round {
  const images = new Map(session.facts.images);
  const known = { ...session, facts: { ...session.facts, images } };
  const shared = shareContext(known, { ...given, signal: session.signal });
  return {
    session: known,
    shared,
    note: async ({ target }, { made }) => {
      for (const [stage, id] of made ?? []) {
        // It was inspected before it was tagged: the engine is not asked again.
        const { config, digests, size } = await shared.images.inspect(id);
        const tag = stage === "build" && target.kind === "app" ? target.buildTag : target.tag;
        if (tag === undefined) continue;
        const summary: ImageSummary = { id, digests, labels: config.labels, size, tags: [tag.full] };
        images.set(tag.full, summary);
      }
    },
  };
}

/** The flags of the command line apply to a target's first build; after that, the user's requests. */
export function flagsFor(
  { clean, force, time }: PlanFlags,
  { asked, isFirst }: { readonly asked: Asked | undefined; readonly isFirst: boolean },
): PlanFlags {
  return {
    time,
    force: (isFirst && force) || asked !== undefined,
    clean: (isFirst && clean) || asked === "clean",
  };
}

/** Ids of images that nobody but sti should change: a target's own, and those it is made from that no target makes. */
export function identifyImages({ images, target }: TargetNode, facts: Facts): readonly string[] {
  const others = images.filter((image) => image.target === undefined).map(({ reference }) => reference);
  return [...tagsOf(target), ...others].map((reference) => facts.images.get(reference)?.id ?? UNKNOWN);
}

/** Whether an image that was there is not any more, or is another one. */
export function areSame(before: readonly string[], now: readonly string[]): boolean {
  return before.every((id, index) => id === UNKNOWN || id === now[index]);
}

const UNKNOWN = "";

function tagsOf(target: Target): readonly string[] {
  const buildTag = target.kind === "app" ? target.buildTag : undefined;
  return buildTag === undefined ? [target.tag.full] : [target.tag.full, buildTag.full];
}
