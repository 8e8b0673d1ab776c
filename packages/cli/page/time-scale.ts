// The scale of the timeline: its start, its length, and the distance of its lines.
import { formatDuration } from "../src/render/format-amount.ts";
import type { PageTarget } from "../src/report/page/page-state.ts";
import type { PageState } from "./state.ts";
import { endOf } from "./words.ts";

/** Milliseconds between two lines of the scale. */
const STEPS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
] as const;
const MOST_TICKS = 8;
/** The scale of a running session: the right end moves in steps, so that rows are seldom drawn again. */
const SHORTEST = 5000;
const GROWTH = 1.3;

export interface TimeScale {
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Milliseconds from the start to the right end. */
  readonly length: number;
  /** Milliseconds between two lines. */
  readonly step: number;
}

/** Targets with a bar: of a watch those of its last round. First started first. */
export function shownRows({ session, targets }: PageState): readonly PageTarget[] {
  return targets
    .filter((target) => target.startedAt !== undefined && endsIn(target, session.roundStartedAt))
    .sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || endOf(a) - endOf(b));
}

function endsIn(target: PageTarget, roundStartedAt: number): boolean {
  return target.state === "running" || endOf(target) >= roundStartedAt;
}

/** `now`: undefined where nothing runs. */
export function timeScale(
  { session }: PageState,
  rows: readonly PageTarget[],
  now: number | undefined,
): TimeScale {
  const start = rows.reduce(
    (first, { startedAt = first }) => Math.min(first, startedAt),
    session.roundStartedAt,
  );
  const isWhole = session.kind === "session" && session.end !== undefined;
  const least = isWhole ? (session.end?.duration ?? 1) : 1;
  const last = rows.reduce((end, target) => Math.max(end, endOf(target) - start), least);
  const length = now === undefined ? last : stretch(Math.max(last, now - start));
  return { start, length, step: STEPS.find((step) => length / step <= MOST_TICKS) ?? length };
}

function stretch(length: number): number {
  let whole = SHORTEST;
  while (whole < length * 1.02) whole *= GROWTH;
  return whole;
}

export interface Tick {
  /** Part of the whole. */
  readonly at: number;
  readonly words: string;
  readonly isMinor: boolean;
}

export function listTicks({ length, step }: TimeScale): readonly Tick[] {
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => ({
    at: (index * step) / length,
    words: formatTick(index * step, step),
    isMinor: index % 2 === 1,
    // The last one would be cut off at the right.
  })).filter(({ at }) => at <= 0.95);
}

function formatTick(milliseconds: number, step: number): string {
  if (milliseconds === 0) return "0";
  if (step < 1000) return `${milliseconds} ms`;
  if (step < 60_000) return milliseconds < 60_000 ? `${milliseconds / 1000} s` : formatDuration(milliseconds);
  if (step < 3_600_000) return `${milliseconds / 60_000} min`;
  return `${milliseconds / 3_600_000} h`;
}

/** Time when all of its dependencies had ended. */
export function readyTime({ dependsOn }: PageTarget, byName: PageState["byName"], start: number): number {
  return dependsOn.reduce((time, name) => {
    const other = byName.get(name);
    return Math.max(time, other?.startedAt === undefined ? start : other.startedAt + other.duration);
  }, start);
}
