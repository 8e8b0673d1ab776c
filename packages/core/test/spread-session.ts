// A session of apps for several platforms, whose executor has the given results.
import { graphOf, imageDetails, snapshotOf } from "@sti/testing/definitions";
import type { UserConfig } from "../src/definition/schema.ts";
import type { Target } from "../src/definition/target.ts";
import type { Attested } from "../src/execute/attest-image.ts";
import type { Outcome, PushedImage, SessionEvent, SessionFinished } from "../src/execute/event.ts";
import { executeWith } from "../src/execute/execute-plan.ts";
import type { Executor, ScheduledSession } from "../src/execute/executor.ts";
import { inheritPlatforms } from "../src/graph/inherit-platforms.ts";
import { spreadPlatforms } from "../src/graph/spread-platforms.ts";
import { decidePushes } from "../src/plan/decide-pushes.ts";
import { NO_FACTS } from "../src/plan/facts.ts";
import type { RegistryImage } from "../src/store/registry-image.ts";

export const BOTH: readonly string[] = ["linux/amd64", "linux/arm64"];

export function imageFor(platform: string): RegistryImage {
  const [os = "", architecture = ""] = platform.split("/");
  return {
    os,
    architecture,
    repository: "registry.test/acme/store",
    digest: `sha256:${architecture}`,
    referenceDigest: `sha256:${architecture}`,
    configDigest: "sha256:config",
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    size: 1,
    layers: [],
    config: imageDetails().config,
    history: [],
  };
}

export interface SpreadGiven {
  readonly store: NonNullable<ScheduledSession["store"]>;
  readonly platforms?: readonly string[];
  readonly chosen?: readonly string[];
  readonly when?: "each" | "atomic";
  /** Names; "api" alone by default. */
  readonly apps?: readonly string[];
  /** By node; all others are built. */
  readonly outcomes?: Readonly<Record<string, Outcome>>;
  /** Of the store, by node; all others have that of their platform. */
  readonly images?: Readonly<Record<string, RegistryImage | undefined>>;
  readonly attest?: (target: Target) => Attested;
}

export interface SpreadRun {
  readonly finished: SessionFinished;
  /** By node. */
  readonly pushed: Readonly<Record<string, PushedImage>>;
  readonly warnings: readonly string[];
  /** Node and digest. */
  readonly attested: readonly string[];
}

export async function runSpread(given: SpreadGiven): Promise<SpreadRun> {
  const { chosen, outcomes = {}, platforms = BOTH, when = "each" } = given;
  const apps: NonNullable<UserConfig["apps"]> = {};
  for (const name of given.apps ?? ["api"]) {
    const tag = `registry.test/acme/${name}:1`;
    apps[name] = { source: ".", buildImage: "debian", tag, push: true, platforms: [...platforms] };
  }
  const inherited = inheritPlatforms(graphOf({ apps }));
  if (!inherited.ok) throw new Error("no graph");
  const whole = { graph: inherited.value, selected: [...inherited.value.nodes.keys()] };
  const spread = spreadPlatforms(whole, { own: "linux/amd64", chosen });
  if (!spread.ok) throw new Error("no selection");
  const { graph, selected } = spread.value;
  const events: SessionEvent[] = [];
  const attested: string[] = [];
  const executor: Executor = {
    build: async ({ target }) => {
      const outcome = outcomes[target.name] ?? "built";
      if (outcome !== "built") return { outcome, reason: outcome };
      const preimage = {} as never;
      return {
        outcome,
        reason: "",
        inputs: { decision: { key: "k", preimage }, snapshot: snapshotOf("api") },
      };
    },
    push: () => Promise.reject(new Error("an index is not pushed by its parts")),
    findStored: async ({ name, platform }) =>
      given.images !== undefined && name in given.images
        ? given.images[name]
        : imageFor(platform?.name ?? ""),
    attest: async (target, { digest }) => {
      attested.push(`${target.name} ${digest}`);
      return given.attest?.(target) ?? {};
    },
    end: async () => [],
  };
  const session: ScheduledSession = {
    id: "s",
    graph,
    store: given.store,
    facts: NO_FACTS,
    pushes: decidePushes(graph, { request: when, selected }),
    onFailure: "continue",
    concurrency: 2,
    clock: { now: () => 0 },
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  };
  const finished = await executeWith(session, () => executor).finished;
  return {
    finished,
    attested,
    pushed: Object.fromEntries(
      events.flatMap((event) => (event.type === "target-pushed" ? [[event.target, event.pushed]] : [])),
    ),
    warnings: events.flatMap((event) => (event.type === "target-warning" ? [event.message] : [])),
  };
}
