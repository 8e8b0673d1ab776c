// One `sti run` with trouble, judged, and the ordinary session that follows it on a healthy engine.
import { type ArmedTrouble, armTrouble } from "./arm-trouble.ts";
import type { CaseResult } from "./case-result.ts";
import { type JudgedRun, judgeRun, lastLine } from "./judge-run.ts";
import type { Prepared } from "./prepare-scenario.ts";
import { readState } from "./read-state.ts";
import { recover } from "./recover.ts";
import { argumentsOf } from "./scenario.ts";
import { type StiProcess, type StiRun, startSti } from "./start-sti.ts";
import { faultName, formatCaseId, type SweepCase } from "./sweep-case.ts";
import { withProxy } from "./with-proxy.ts";

export async function runSessionCase(prepared: Prepared, one: SweepCase): Promise<CaseResult> {
  const { project } = prepared;
  const { scenario, trouble } = one;
  const content = project.edit();
  const before = await readState(project);
  return await withProxy(project.lane, async (proxy) => {
    const armed = await armTrouble(trouble, prepared, proxy);
    const run = await runArmed(armed, () => startSti(project, argumentsOf(scenario), { host: proxy.host }));
    const judged: JudgedRun = {
      ...troubleFacts(one, armed),
      before,
      after: await readState(project),
      content,
      pushes: scenario.push,
      run,
    };
    const recovery = await recover(project, judged);
    return {
      id: formatCaseId(one),
      scenario: scenario.name,
      fault: faultName(one),
      findings: [...judgeRun(judged), ...recovery.findings],
      leftAtFirst: recovery.leftAtFirst,
      interrupted: run.signalled?.signal === "SIGINT" ? run.signalled.duration : undefined,
      isMissed: !armed.hasMet(),
      printed: lastLine(run.output),
      exitCode: run.exitCode,
    };
  });
}

async function runArmed(armed: ArmedTrouble, start: () => StiProcess): Promise<StiRun> {
  try {
    const session = start();
    await armed.unleash(session);
    return await session.ended;
  } finally {
    await armed.end();
  }
}

/** Facts about the world that the trouble causes. */
export function troubleFacts(
  { trouble }: Pick<SweepCase, "trouble">,
  { fault }: Pick<ArmedTrouble, "fault">,
) {
  const stalls = fault?.interrupts === true || fault?.isHarmless === true || trouble.kind === "engine-kill";
  return {
    engineBroke: fault?.breaks === true || trouble.kind === "engine-kill" || trouble.kind === "engine-disk",
    wasSlow: stalls,
    diskWasFull: trouble.kind === "engine-disk" || trouble.kind === "place",
    injected: fault?.name ?? "",
    isHarmless: fault?.isHarmless === true,
  };
}
