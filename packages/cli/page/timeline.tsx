// The session as a Gantt chart: a row for each target that started, with its phases.
import { memo } from "preact/compat";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { formatDuration } from "../src/render/format-amount.ts";
import type { PageTarget } from "../src/report/page/page-state.ts";
import { FEWEST_FOLDED, Folded } from "./folded.tsx";
import { Legend } from "./legend.tsx";
import { useNow } from "./live.ts";
import { Roving } from "./roving.tsx";
import type { View } from "./selection.ts";
import { isUpToDate, type PageState } from "./state.ts";
import { listTicks, readyTime, shownRows, type TimeScale, timeScale } from "./time-scale.ts";
import { count, linkTo, PHASE_OF, percent, STATES, timeOf } from "./words.ts";

/** Rows that the page shows whole; more are scrolled in a part of it. */
const MOST_ROWS = 40;
/** Milliseconds between ready and started that are worth a line. */
const SHORTEST_WAIT = 50;

export function Timeline({ kept, selection, state }: View) {
  const { session, targets } = state;
  const rows = useMemo(() => shownRows(state), [state]);
  const now = useNow(session.end === undefined && rows.some((row) => row.state === "running"), 1000);
  const next = timeScale(state, rows, now);
  const scale = useMemo(() => next, [next.start, next.length, next.step]);
  const box = useRef<HTMLDivElement>(null);
  const tick = percent(scale.step / scale.length);
  useEffect(() => box.current?.style.setProperty("--tick", tick), [tick]);
  const shown = rows.filter(({ name }) => kept?.has(name) ?? true);
  const upToDate = shown.filter(isUpToDate);
  const folds = upToDate.length >= FEWEST_FOLDED;
  const main = folds ? shown.filter((row) => !isUpToDate(row)) : shown;
  const never = targets.filter(({ startedAt }) => startedAt === undefined).length;
  const list = (some: readonly PageTarget[]) => (
    <ol>
      {some.map((target) => (
        <Row
          key={target.name}
          target={target}
          scale={scale}
          readyAt={readyTime(target, state.byName, scale.start)}
          isCritical={state.isCritical.has(target.name)}
          isCurrent={selection.kind === "target" && selection.name === target.name}
        />
      ))}
    </ol>
  );
  return (
    <section class="panel" id="timeline" aria-labelledby="timeline-title">
      <div class="panel-head">
        <h2 id="timeline-title">Timeline</h2>
        <CriticalPath state={state} />
        {session.kind === "watch" && session.idleSince !== undefined && (
          <p class="note">The last round of builds.</p>
        )}
      </div>
      <Legend />
      <div class={`timeline ${main.length > MOST_ROWS ? "scroll" : ""}`} ref={box}>
        <div class="scale" aria-hidden="true">
          <span />
          <svg width="100%" height="20" aria-hidden="true">
            {listTicks(scale).map(({ at, isMinor, words }) => (
              <text key={words} class={isMinor ? "minor" : ""} x={percent(at)} y="14">
                {words}
              </text>
            ))}
          </svg>
          <span />
        </div>
        <Roving kind="list">
          {list(main)}
          {folds && (
            <Folded number={upToDate.length} open={kept !== undefined}>
              {list(upToDate)}
            </Folded>
          )}
        </Roving>
      </div>
      {rows.length === 0 && <p class="note foot">Nothing was built yet.</p>}
      {never > 0 && session.end !== undefined && (
        <p class="note foot">{count(never, "target")} never started.</p>
      )}
    </section>
  );
}

function CriticalPath({ state }: { readonly state: PageState }) {
  const { end } = state.session;
  if (end === undefined || state.isCritical.size === 0) return null;
  return (
    <p class="note">
      <span class="critical-key">Critical path</span> {formatDuration(end.criticalDuration)} of{" "}
      {formatDuration(end.duration)}:{" "}
      {end.criticalPath.map((name, index) => (
        <span key={name}>
          {index > 0 && " → "}
          <a href={linkTo("target", name)}>{name}</a>
        </span>
      ))}
    </p>
  );
}

interface RowProps {
  readonly target: PageTarget;
  readonly scale: TimeScale;
  readonly readyAt: number;
  readonly isCritical: boolean;
  readonly isCurrent: boolean;
}

const Row = memo(({ isCritical, isCurrent, readyAt, scale, target }: RowProps) => {
  const { name, startedAt = 0, state } = target;
  const isRunning = state === "running";
  const now = useNow(isRunning, 250);
  const { mark, words } = STATES[state];
  const at = (time: number) => percent((time - scale.start) / scale.length);
  const width = (duration: number) => percent(Math.max(0, duration) / scale.length);
  const duration = isRunning ? Math.max(0, (now ?? startedAt) - startedAt) : target.duration;
  const from = formatDuration(Math.max(0, startedAt - scale.start));
  const label = isRunning
    ? `${name}, ${words} since ${from}`
    : `${name}, ${words}, from ${from}, took ${formatDuration(duration)}`;
  const steps =
    target.step === undefined
      ? target.steps
      : [
          ...target.steps,
          {
            ...target.step,
            duration: (now ?? target.step.startedAt) - target.step.startedAt,
            succeeded: true,
          },
        ];
  return (
    <li class={`o-${state} ${isCritical ? "critical" : ""} ${isCurrent ? "current" : ""}`}>
      <a href={linkTo("target", name)} aria-label={label}>
        <span class="mark" aria-hidden="true">
          {mark}
        </span>
        <span class="name">{name}</span>
      </a>
      <svg width="100%" height="20" aria-hidden="true">
        {startedAt - readyAt >= SHORTEST_WAIT && (
          <line class="wait" x1={at(readyAt)} x2={at(startedAt)} y1="10" y2="10">
            <title>waited {formatDuration(startedAt - readyAt)} for a slot</title>
          </line>
        )}
        <rect class="bar" x={at(startedAt)} width={width(duration)} y="4" height="12" rx="3">
          <title>{label}</title>
        </rect>
        {steps.map((step, index) => (
          <rect
            key={index}
            class={`p-${PHASE_OF[step.kind]} ${step.succeeded ? "" : "stopped"}`}
            x={at(step.startedAt)}
            width={width(step.duration)}
            y={step.succeeded ? 4 : 3}
            height={step.succeeded ? 12 : 14}
            rx="2"
          >
            <title>
              {step.title}: {formatDuration(step.duration)}
              {step.succeeded ? "" : ", did not succeed"}
            </title>
          </rect>
        ))}
      </svg>
      <span class="time">{isRunning ? formatDuration(duration) : timeOf(target)}</span>
    </li>
  );
});
