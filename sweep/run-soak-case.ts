// Many rebuilds under one `sti watch`, some disturbed and some interrupted by the next edit: what the engine and the
// process have more at the end than when they were warm.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { FaultProxy } from "@sti/testing/fault-proxy";
import type { CaseResult } from "./case-result.ts";
import { callFaults } from "./fault.ts";
import { type Finding, finding, findLeftovers, lastLine } from "./judge-run.ts";
import { type Prepared, untilQuiet, untilWatching } from "./prepare-scenario.ts";
import type { SweepProject } from "./project.ts";
import { seededRandom } from "./random.ts";
import { readState } from "./read-state.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { argumentsOf } from "./scenario.ts";
import { type StiProcess, startSti } from "./start-sti.ts";
import { faultName, formatCaseId, type SweepCase } from "./sweep-case.ts";
import { withProxy } from "./with-proxy.ts";

/** Rebuilds after which the process counts as warm, and shares of the rebuilds that something happens to. */
const SHAPE = { warmUp: 20, faults: 0.1, cancels: 0.1 } as const;
/** Growth since warm-up that still counts as level: memory as a factor, descriptors as a number. */
const LEVEL = { memory: 1.35, files: 4 } as const;
/** Milliseconds for one rebuild, with retries. */
const EDIT_LIMIT = 60_000;
const WATCH_LIMIT = 3_600_000;

export async function runSoakCase(prepared: Prepared, one: SweepCase): Promise<CaseResult> {
  const { project } = prepared;
  const start = (await readState(project)).holdings;
  return await withProxy(project.lane, async (proxy) => {
    const watch = startSti(project, argumentsOf(one.scenario), { host: proxy.host, limit: WATCH_LIMIT });
    try {
      await untilWatching(watch, proxy);
      const { end, findings, warm } = await soak({ one, prepared, proxy, watch });
      watch.kill("SIGINT");
      const run = await watch.ended;
      const { holdings } = await readState(project);
      const left = findLeftovers(start, holdings);
      await removeLeftovers(project.lane.host, start, holdings);
      return {
        id: formatCaseId(one),
        scenario: one.scenario.name,
        fault: faultName(one),
        findings: [
          ...findings,
          ...(run.isEndless ? [finding("no end", "still ran after SIGINT")] : []),
          ...(left.length > 0 ? [finding("leftover", left.join(", "))] : []),
        ],
        leftAtFirst: left.length,
        interrupted: run.signalled?.duration,
        isMissed: false,
        printed: `${warm.memory} → ${end.memory} MB, ${warm.files} → ${end.files} open files`,
        exitCode: run.exitCode,
      };
    } finally {
      watch.kill("SIGKILL");
    }
  });
}

/** The rebuilds, and the sizes of the process when it is warm and at the end. */
async function soak({
  one,
  prepared: { calls, duration, project },
  proxy,
  watch,
}: {
  readonly one: SweepCase;
  readonly prepared: Prepared;
  readonly proxy: FaultProxy;
  readonly watch: StiProcess;
}): Promise<{ readonly findings: readonly Finding[]; readonly warm: Size; readonly end: Size }> {
  const { trouble } = one;
  if (trouble.kind !== "soak") throw new Error(`${formatCaseId(one)} is no soak`);
  const random = seededRandom(formatCaseId(one));
  // An engine that denies existing objects is believed: that does not depend on many rebuilds.
  const faults = callFaults.filter(
    ({ interrupts, isLasting, name }) => interrupts !== true && isLasting !== true && name !== "404",
  );
  const findings: Finding[] = [];
  let warm = sizeOf(watch);
  for (let round = 1; round <= trouble.rounds && !watch.hasEnded(); round += 1) {
    const from = watch.events.length;
    const fault = faults[Math.floor(random() * faults.length)];
    const met = calls[Math.floor(random() * calls.length)];
    if (random() < SHAPE.faults && fault !== undefined && met !== undefined) {
      const nth = (proxy.counts.get(met.call) ?? 0) + met.nth;
      proxy.inject({ call: met.call, nth, fault: fault.fault });
    }
    let content = project.edit();
    if (random() < SHAPE.cancels) {
      await pause(duration * random());
      content = project.edit();
    }
    if (!(await isBuilt(watch, project, content, from))) {
      // A rebuild that was disturbed may fail; the next edit, which nothing disturbs, may not.
      proxy.clear();
      const next = watch.events.length;
      if (!(await isBuilt(watch, project, project.edit(), next))) {
        findings.push(finding("no recovery", `rebuild ${round}: ${lastLine(watch.output())}`));
        break;
      }
    }
    if (round === SHAPE.warmUp) warm = sizeOf(watch);
  }
  await untilQuiet(proxy);
  const end = sizeOf(watch);
  if (end.memory > warm.memory * LEVEL.memory) {
    findings.push(finding("leftover", `memory grew from ${warm.memory} to ${end.memory} MB`));
  }
  if (end.files > warm.files + LEVEL.files) {
    findings.push(finding("leftover", `open files grew from ${warm.files} to ${end.files}`));
  }
  return { findings, warm, end };
}

async function isBuilt(
  watch: StiProcess,
  project: SweepProject,
  content: string,
  since: number,
): Promise<boolean> {
  const deadline = performance.now() + EDIT_LIMIT;
  for (let from = since; performance.now() < deadline; ) {
    const event = await watch.next(
      from,
      deadline - performance.now(),
      ({ type }) => type === "target-finished",
    );
    if (event?.type !== "target-finished") return false;
    from = watch.events.indexOf(event) + 1;
    if (event.outcome === "failed") return false;
    const { tags } = await readState(project);
    if (project.tags.every((tag) => tags[tag]?.content === content)) return true;
  }
  return false;
}

interface Size {
  /** Whole megabytes. */
  readonly memory: number;
  /** Open descriptors. */
  readonly files: number;
}

/** Nothing of a process that has ended. */
function sizeOf({ hasEnded, pid }: StiProcess): Size {
  if (hasEnded()) return { memory: 0, files: 0 };
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    memory: Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1000),
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}
