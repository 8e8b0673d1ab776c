// One edit under `sti watch` with trouble: the watch's report of it, whether it builds the next edit, and its end.
import { setTimeout as pause } from "node:timers/promises";
import type { SessionEvent } from "@sti/core";
import { type ArmedTrouble, armTrouble } from "./arm-trouble.ts";
import type { CaseResult } from "./case-result.ts";
import { type Finding, finding, type JudgedRun, judgeRun, lastFinished, lastLine } from "./judge-run.ts";
import { type Prepared, untilWatching } from "./prepare-scenario.ts";
import type { SweepProject } from "./project.ts";
import { type Holdings, readState, type SweepState } from "./read-state.ts";
import { recover } from "./recover.ts";
import { troubleFacts } from "./run-session-case.ts";
import { argumentsOf } from "./scenario.ts";
import { type StiProcess, type StiRun, startSti } from "./start-sti.ts";
import { faultName, formatCaseId, type SweepCase } from "./sweep-case.ts";
import { withProxy } from "./with-proxy.ts";

/** Time limit for an edit until its target has ended, in milliseconds. */
const EDIT_LIMIT = 60_000;
/** A watch is not limited: it lives for two edits. */
const WATCH_LIMIT = 240_000;

export async function runWatchCase(prepared: Prepared, one: SweepCase): Promise<CaseResult> {
  const { project } = prepared;
  const start = (await readState(project)).holdings;
  return await withProxy(project.lane, async (proxy) => {
    const watch = startSti(project, argumentsOf(one.scenario), { host: proxy.host, limit: WATCH_LIMIT });
    let armed: ArmedTrouble | undefined;
    try {
      await untilWatching(watch, proxy);
      armed = await armTrouble(one.trouble, prepared, proxy);
      return await judgeEdit({ armed, one, prepared, start, watch });
    } finally {
      watch.kill("SIGKILL");
      await armed?.end();
    }
  });
}

async function judgeEdit({
  armed,
  one,
  prepared: { project },
  start,
  watch,
}: {
  readonly armed: ArmedTrouble;
  readonly one: SweepCase;
  readonly prepared: Prepared;
  /** Before the watch. */
  readonly start: Holdings;
  readonly watch: StiProcess;
}): Promise<CaseResult> {
  const before = await readState(project);
  const from = watch.events.length;
  const content = project.edit();
  // A watch waits for an engine that is gone.
  const finished = watch.next(
    from,
    EDIT_LIMIT,
    ({ type }) => type === "target-finished" || type === "engine-lost",
  );
  await armed.unleash(watch);
  const findings: Finding[] = [];
  let first: StiRun | undefined;
  let last = content;
  if (one.trouble.kind !== "signal" && armed.fault?.interrupts !== true) {
    if ((await finished) === undefined) {
      findings.push(
        finding(
          "no end",
          `nothing came of the edit: ${describeEvents(watch.events.slice(from))} ${lastLine(watch.output())}`,
        ),
      );
    }
    // Output to a file is written a little later.
    await pause(400);
    first = soFar(watch, from);
  }
  const facts = { ...troubleFacts(one, armed), before, pushes: false };
  if (first !== undefined) {
    const after = await (one.trouble.kind === "engine-kill"
      ? readBehindWatch(watch, armed, project)
      : readState(project));
    findings.push(...judgeRun({ ...facts, run: first, after, content }));
    await armed.end();
    last = project.edit();
    findings.push(...(await awaitBuilt(watch, project, last)));
    watch.kill("SIGINT");
  }
  const ended = await watch.ended;
  const run = { ...ended, events: eventsOfEdit(ended.events, from) };
  await armed.end();
  const judged: JudgedRun = { ...facts, run, after: await readState(project), content: last };
  // Of a watch that was stopped, the end and the tags are judged; its words on the edit were judged above.
  findings.push(...judgeRun(judged).filter(({ kind }) => kind !== "false statement" || first === undefined));
  const recovery = await recover(project, judged, start);
  return {
    id: formatCaseId(one),
    scenario: one.scenario.name,
    fault: faultName(one),
    findings: [...findings, ...recovery.findings],
    leftAtFirst: recovery.leftAtFirst,
    interrupted: run.signalled?.signal === "SIGINT" ? run.signalled.duration : undefined,
    isMissed: !armed.hasMet(),
    printed: lastLine(run.output),
    exitCode: run.exitCode,
  };
}

/** A watch that goes on, as a session that ended with its last target. */
function soFar(watch: StiProcess, from: number): StiRun {
  const events = eventsOfEdit(watch.events, from);
  const outcome = lastFinished(events)?.outcome;
  return {
    exitCode: outcome === "built" || outcome === "up-to-date" ? 0 : 1,
    endedBy: null,
    output: watch.output(),
    events,
    duration: 0,
    signalled: undefined,
    isEndless: false,
  };
}

/** Without the start of the watch, which asks for no end yet. */
function eventsOfEdit(events: readonly SessionEvent[], from: number): readonly SessionEvent[] {
  return events.slice(from).filter(({ type }) => type !== "session-started");
}

/** Of an engine that has to be started first: the watch must not build before it was inspected. */
async function readBehindWatch(
  { pid }: StiProcess,
  armed: ArmedTrouble,
  project: SweepProject,
): Promise<SweepState> {
  process.kill(pid, "SIGSTOP");
  try {
    await armed.end();
    return await readState(project);
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

/** The watch has to bring the tag to the latest edit, however often it tries. */
async function awaitBuilt(
  watch: StiProcess,
  project: SweepProject,
  content: string,
): Promise<readonly Finding[]> {
  const deadline = performance.now() + EDIT_LIMIT;
  for (let from = watch.events.length; performance.now() < deadline && !watch.hasEnded(); ) {
    const event = await watch.next(
      from,
      deadline - performance.now(),
      ({ type }) => type === "target-finished",
    );
    if (event === undefined) break;
    from = watch.events.indexOf(event) + 1;
    const { tags } = await readState(project);
    if (project.tags.every((tag) => tags[tag]?.content === content)) return [];
  }
  return [finding("no recovery", `the watch does not build the next edit: ${lastLine(watch.output())}`)];
}

/** "files-changed, engine-lost": a watch's events, in order. */
function describeEvents(events: readonly SessionEvent[]): string {
  return events.map(({ type }) => type).join(", ");
}
