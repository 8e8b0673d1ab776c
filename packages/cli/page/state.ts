// The parts of the page put together, and the facts that follow from them.
import type {
  PageBuild,
  PageContainer,
  PageGraph,
  PageHistory,
  PageSession,
  PageTarget,
} from "../src/report/page/page-state.ts";

export interface PageState {
  readonly session: PageSession;
  /** Dependencies first. */
  readonly targets: readonly PageTarget[];
  readonly byName: ReadonlyMap<string, PageTarget>;
  readonly containers: readonly PageContainer[];
  /** Oldest first. */
  readonly builds: readonly PageBuild[];
  /** Builds of earlier sessions by target, as far as they are known. */
  readonly histories: ReadonlyMap<string, PageHistory>;
  readonly graph: PageGraph;
  /** Targets of the critical path; empty if it explains nothing. */
  readonly isCritical: ReadonlySet<string>;
}

const HISTORY = "history/";
const NO_GRAPH: PageGraph = {
  width: 0,
  height: 0,
  box: { width: 0, height: 0 },
  boxes: [],
  blocks: [],
  edges: [],
};

/** Undefined until the session has started. Unchanged parts are the same objects as before. */
export function assemble(parts: ReadonlyMap<string, unknown>): PageState | undefined {
  const session = parts.get("session") as PageSession | undefined;
  if (session === undefined) return undefined;
  const order = (parts.get("order") as readonly string[] | undefined) ?? [];
  const targets = order.flatMap((name) => (parts.get(`target/${name}`) as PageTarget | undefined) ?? []);
  const path = session.end?.criticalPath ?? [];
  return {
    session,
    targets,
    byName: new Map(targets.map((target) => [target.name, target])),
    containers: [...parts].flatMap(([key, part]) =>
      key.startsWith("container/") ? [part as PageContainer] : [],
    ),
    builds: (parts.get("builds") as readonly PageBuild[] | undefined) ?? [],
    histories: new Map(
      [...parts].flatMap(([key, part]) =>
        key.startsWith(HISTORY) ? [[key.slice(HISTORY.length), part as PageHistory] as const] : [],
      ),
    ),
    graph: (parts.get("graph") as PageGraph | undefined) ?? NO_GRAPH,
    isCritical: new Set(path.length > 1 ? path : []),
  };
}

/** State of everything, in a few words. */
export function headline({ session, targets }: PageState): string {
  const { configFailures, end, engineLostAt, failures, outcomes } = session;
  const all = targets.length === 1 ? "1 target" : `${targets.length} targets`;
  const running = targets.filter(({ state }) => state === "running");
  if (end === undefined) {
    if (engineLostAt !== undefined) return "Waiting for the engine";
    if (configFailures.length > 0) return "The config is invalid";
    if (running.length > 2) return `Building ${running.length} of ${all}`;
    if (running.length > 0) return `Building ${running.map(({ name }) => name).join(" and ")}`;
    const failed = targets.filter(({ state }) => state === "failed").length;
    if (failed > 0) return `${failed} of ${all} failed`;
    const isDone = targets.every(({ state }) => state !== "waiting");
    return isDone && targets.length > 0 ? `${allOf(targets.length)} up to date` : `Checking ${all}`;
  }
  if (outcomes.failed > 0) return `${outcomes.failed} of ${all} failed`;
  if (outcomes.cancelled > 0) return `Stopped: ${outcomes.cancelled} of ${all} cancelled`;
  if (failures.length > 0) return `${all} done, with problems`;
  if (targets.length === 0) return "Nothing to do";
  if (outcomes.built === 0 && outcomes.restored === 0) return `${allOf(targets.length)} up to date`;
  if (outcomes.built === 0) return `${outcomes.restored} of ${all} restored`;
  return outcomes.built === targets.length ? `${all} built` : `${outcomes.built} of ${all} built`;
}

function allOf(count: number): string {
  return count === 1 ? "1 target" : `All ${count} targets`;
}

/** Outcome that gives the page its colour. */
export function mood({ session, targets }: PageState): PageTarget["state"] {
  const states = new Set(targets.map(({ state }) => state));
  if (session.configFailures.length > 0 || session.engineLostAt !== undefined) return "failed";
  return (
    (["failed", "running", "cancelled", "skipped", "waiting", "built", "restored"] as const).find((state) =>
      states.has(state),
    ) ?? "up-to-date"
  );
}

export function isUpToDate({ state, warnings }: PageTarget): boolean {
  return state === "up-to-date" && warnings.length === 0;
}
