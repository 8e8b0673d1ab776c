// The planning part of bringing one target up to date: decides by the build history, gathers the inputs of the steps,
// and plans them. run-target.ts runs them.
import type { AppTarget, ImageTarget, Target } from "../definition/target.ts";
import type { Failure } from "../failure/failure.ts";
import type { LayerRole, TargetNode } from "../graph/target-graph.ts";
import type { Past } from "../plan/build-record.ts";
import type { Cause } from "../plan/cause.ts";
import { type Decision, decideTarget } from "../plan/decide-target.ts";
import {
  baseLayerOf,
  type DependencyLayer,
  decideLayers,
  describeLayers,
  type LayerDecision,
} from "../plan/dependency-layer.ts";
import { describeCauses } from "../plan/describe-cause.ts";
import { explainDecision } from "../plan/explain-decision.ts";
import type { Facts, ImageFacts } from "../plan/facts.ts";
import type { PlanFlags } from "../plan/flags.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import {
  decideReuse,
  findBuild,
  findChangedFiles,
  NO_PREVIOUS_IMAGE,
  type Reuse,
} from "../plan/incremental.ts";
import { type KnownImage, UNKNOWN_IMAGE } from "../plan/key.ts";
import { findPinnedBases } from "../plan/pin-bases.ts";
import type { PlannedDecision, PlannedLayer } from "../plan/plan.ts";
import { planTarget } from "../plan/plan-target.ts";
import type { SourceCacheFacts } from "../plan/source-cache.ts";
import { withSource } from "../plan/source-overrides.ts";
import type { Step } from "../plan/step.ts";
import { toPlannedTarget } from "../plan/to-planned-target.ts";
import type { ChangedFiles, HostTrust, SourceSnapshot } from "../source/source.ts";
import type { Proofs } from "./proofs.ts";
import { recallBuild } from "./recall-build.ts";
import type { Session } from "./session.ts";
import type { SessionImages } from "./session-images.ts";
import { readSourceCache } from "./source-caches.ts";
import type { FinishedImage } from "./store-use.ts";

export interface PlanningContext {
  readonly session: Session;
  readonly images: SessionImages;
  readonly proofs: Proofs;
  /** The image of a target that has finished. */
  readonly imageOf: (target: string) => FinishedImage;
  /** Pulls a finished target's result from the store; `asking` needs it. Resolves to its id. */
  readonly obtain: (target: string, asking: string) => Promise<string>;
  /** The causes of this session's build of a finished target; undefined if it was not built. */
  readonly causesOf: (target: string) => readonly Cause[] | undefined;
}

/** A target was found impossible to build before its first step. */
export class ImpossibleError extends Error {
  readonly failures: readonly [Failure, ...Failure[]];
  constructor(failures: readonly Failure[]) {
    super(failures.map((failure) => failure.code).join(", "));
    this.failures = failures as readonly [Failure, ...Failure[]];
  }
}

export type DecidedBuild =
  | Extract<Decision, { kind: "up-to-date" }>
  | (Extract<Decision, { kind: "build" }> & {
      /** Smallest first. */
      readonly causes: readonly Cause[];
      readonly past: Past;
      /** The engine's images, as `Proofs.factsFor` shows them to the target. */
      readonly facts: Facts;
    });

/** Everything that is known when a target's steps are planned. */
export interface Known {
  readonly decision: Extract<DecidedBuild, { kind: "build" }>;
  /** With its checkout where the plan needs it. */
  readonly snapshot: SourceSnapshot;
  /** The same with its checkout: git may take as long as the build. */
  readonly located: Promise<SourceSnapshot>;
  /** In the order of the node's images. */
  readonly facts: readonly (ImageFacts | undefined)[];
  readonly hostTrust: HostTrust | undefined;
  /** Undefined where no sources are kept. */
  readonly sourceCache: SourceCacheFacts | undefined;
  /** Layers of the only image that an image entry's Dockerfile names, where the engine may take another one. */
  readonly entryBase?: readonly string[] | undefined;
  /** Of an app's images, in the order of the node's. */
  readonly layers: readonly LayerDecision[];
  /** The dependency layers that were brought up to date, by the image that they are on. */
  readonly brought?: ReadonlyMap<LayerRole, BroughtLayer> | undefined;
  /** Why the last result in the store is no previous image. */
  readonly lacksPrevious?: string | undefined;
}

/** A dependency layer that the engine has. */
export interface BroughtLayer {
  readonly layer: DependencyLayer;
  /** Of the layer's image: otherwise as those of its base. */
  readonly facts: ImageFacts;
  /** Whether it was made for this build. */
  readonly isMade: boolean;
}

/** `images`: in the order of the node's images. Reads records only of targets that have to be built. */
export async function decideBuild(
  node: TargetNode,
  given: { readonly snapshot: SourceSnapshot; readonly images: readonly KnownImage[] },
  context: PlanningContext,
): Promise<DecidedBuild> {
  const { target } = node;
  const { images, snapshot } = given;
  const { causesOf, imageOf, proofs, session } = context;
  const { dockerfiles, records } = session;
  const [facts, dependencies] = await Promise.all([
    proofs.factsFor(target, session.facts),
    Promise.all(target.dependsOn.map((name) => knownImage(imageOf(name), target.name, context.images))),
  ]);
  const decision = decideTarget(node, {
    sourceDigest: snapshot.digest,
    git: snapshot.git,
    dockerfile: dockerfiles.get(target.name)?.text,
    needed: { images, dependencies },
    facts,
    flags: flagsFor(session, target.name),
  });
  if (decision.kind === "up-to-date") return decision;
  const past = await recallBuild(records, target, {
    facts,
    imageIdOf: (name) =>
      node.dependencies.includes(name) && causesOf(name) === undefined ? imageOf(name).id : undefined,
  });
  const { preimage } = decision;
  const causes = explainDecision(decision.because, {
    node,
    preimage,
    snapshot,
    past,
    causesOf,
    matchPaths: session.sources.matchPaths,
  });
  return { ...decision, causes, facts, past };
}

/** `target` is who asks. One that the engine does not have is known by its identity alone. */
export async function knownImage(
  { id, stored }: FinishedImage,
  target: string,
  images: Pick<SessionImages, "identityOf">,
): Promise<KnownImage> {
  return stored === undefined
    ? { id, identity: await images.identityOf(id, target) }
    : { ...UNKNOWN_IMAGE, identity: stored.identity };
}

/** Rejects with ImpossibleError, or the engine's error. */
export async function gatherKnown(
  node: TargetNode,
  given: Pick<Known, "decision" | "snapshot"> & { readonly imageIds: readonly string[] },
  { images, session }: PlanningContext,
): Promise<Known> {
  const { target } = node;
  const { decision, imageIds, snapshot } = given;
  if (target.kind === "image") {
    const [entryBase, hostTrust] = await Promise.all([
      readEntryBase(target, imageIds, { images, session }),
      readHostTrust(target, session),
    ]);
    return {
      entryBase,
      decision,
      snapshot,
      located: Promise.resolve(snapshot),
      facts: imageIds.map(() => undefined),
      hostTrust,
      sourceCache: undefined,
      layers: [],
    };
  }
  const located = locate(target, snapshot, session);
  // The caller that awaits it gets the failure; a build that fails before that needs it no more.
  located.catch(() => {});
  // A container gets the origin of its source when it is committed.
  const isAwaited = target.method === "dockerfile" || session.onPlanned !== undefined;
  const [found, hostTrust, sourceCache, planned] = await Promise.all([
    Promise.all(imageIds.map((id) => images.lookInto(id, target.scripts, target.name))),
    readHostTrust(target, session),
    readSourceCache(target, session),
    isAwaited ? located : snapshot,
  ]);
  const { facts: engineFacts, sources } = session;
  const facts = found.map((one) => withSource(one, snapshot));
  const layers = decideLayers(node, {
    ofImages: facts,
    snapshot,
    facts: engineFacts,
    time: flagsFor(session, target.name).time,
    matchPaths: sources.matchPaths,
  });
  return { decision, snapshot: planned, located, facts, hostTrust, sourceCache, layers };
}

/** With several stages it is not known which image the last one is based on. */
async function readEntryBase(
  target: ImageTarget,
  imageIds: readonly string[],
  { images, session }: Pick<PlanningContext, "images" | "session">,
): Promise<readonly string[] | undefined> {
  const [id] = imageIds;
  if (session.facts.engine?.asksRegistryForBases !== true || id === undefined) return undefined;
  const stages = session.dockerfiles.get(target.name)?.stages.length;
  return imageIds.length === 1 && stages === 1 ? (await images.inspect(id)).layers : undefined;
}

/** The snapshot with its checkout, unless it was read again and differs by now. */
async function locate(target: AppTarget, read: SourceSnapshot, session: Session): Promise<SourceSnapshot> {
  const located = (await session.sources.withCheckouts?.())?.get(target.name);
  return located?.digest === read.digest ? located : read;
}

async function readHostTrust(target: Target, session: Session): Promise<HostTrust | undefined> {
  if (!target.hostTrust) return undefined;
  const trust = await session.sources.hostTrust();
  if (!trust.ok) throw new ImpossibleError(trust.failures);
  return trust.value;
}

/** Throws ImpossibleError where artifacts are required and cannot be had. */
export function chooseReuse(target: AppTarget, known: Known, session: Session): Reuse {
  const reuse = decideReuseOf(target, known, session);
  if (reuse.kind === "clean" && !reuse.isExpected) refuseIfRequired(target, reuse.reason);
  return reuse;
}

export function decideReuseOf(target: AppTarget, known: Known, session: Session): Reuse {
  const reuse = decideReuse(target, {
    facts: known.decision.facts,
    buildImage: {
      identity: known.facts[0] && imageIdentity(known.facts[0].details),
      facts: known.facts[0],
    },
    clean: flagsFor(session, target.name).clean,
    record: known.decision.past.record,
  });
  const { lacksPrevious } = known;
  return reuse.kind === "clean" && reuse.reason === NO_PREVIOUS_IMAGE && lacksPrevious !== undefined
    ? { ...reuse, reason: `in the store: ${lacksPrevious}` }
    : reuse;
}

export function refuseIfRequired(target: Target, reason: string): void {
  if (target.kind !== "app" || target.incremental !== "required") return;
  const path = [...target.path, "incremental"];
  throw new ImpossibleError([{ code: "incremental-impossible", target: target.name, path, reason }]);
}

/** Throws ImpossibleError. */
export function planBuild(
  node: TargetNode,
  known: Known,
  { reuse, session }: { readonly reuse: Reuse; readonly session: Session },
): readonly Step[] {
  const { dockerfiles, facts } = session;
  const { target } = node;
  const flags = flagsFor(session, target.name);
  const brought = [...(known.brought?.values() ?? [])];
  const planned = planTarget(node, {
    key: known.decision.key,
    snapshot: known.snapshot,
    dockerfile: dockerfiles.get(target.name),
    images: known.facts,
    engine: facts.engine,
    hostTrust: known.hostTrust,
    pinned: findPinnedBases(node, { facts, lock: session.lock }),
    layers: new Map(brought.map(({ facts, layer }) => [layer.role, baseLayerOf(layer, facts.details.id)])),
    reuse,
    changed: changedFiles(known, reuse, session),
    time: flags.time,
    noCache: flags.clean || (flags.force && target.kind === "app"),
    sourceCache: known.sourceCache,
  });
  const reused = target.kind === "app" ? reuse : undefined;
  const made = planned.ok ? { steps: planned.value } : { failures: planned.failures };
  const layers = describeLayers(known.layers, { ofImages: known.facts, isFresh: flags.clean });
  reportPlan(node, { ...known, ...made, layers, reuse: reused }, session);
  if (planned.ok) return planned.value;
  throw new ImpossibleError(planned.failures);
}

/** Reports the decision and the plan of a target to the session's listener. */
export function reportPlan(
  node: TargetNode,
  planned: {
    readonly decision: DecidedBuild;
    readonly snapshot: SourceSnapshot;
    readonly reuse?: Reuse | undefined;
    readonly layers?: readonly PlannedLayer[];
    readonly steps?: readonly Step[];
    readonly failures?: readonly Failure[];
  },
  { facts, onPlanned }: Session,
): void {
  if (onPlanned === undefined) return;
  const architecture = facts.engine?.architecture;
  onPlanned(
    toPlannedTarget(node, { ...planned, decision: describeDecision(planned.decision), architecture }),
  );
}

export function flagsFor({ flags, targetFlags }: Session, target: string): PlanFlags {
  return targetFlags?.get(target) ?? flags;
}

function describeDecision(decision: DecidedBuild): PlannedDecision {
  const { key, kind } = decision;
  if (kind === "up-to-date") return { kind, key, reason: decision.reason };
  return { kind, key, reason: describeCauses(decision.causes), causes: decision.causes };
}

function changedFiles(
  { decision: { past }, snapshot }: Known,
  reuse: Reuse,
  session: Session,
): ChangedFiles | undefined {
  if (reuse.kind === "clean") return undefined;
  const build = findBuild(past.record, reuse.previous.id);
  const files = build === undefined ? undefined : past.sources.get(build.source);
  return findChangedFiles(snapshot, { files, time: Math.floor(session.clock.now() / 1000) });
}
