// Several sessions that start at once, with one tag or with one engine only: each is judged, then each is followed
// by an ordinary one.
import type { CaseResult } from "./case-result.ts";
import { type Finding, finding, findLeftovers, judgeRun, lastLine } from "./judge-run.ts";
import { runHealthy } from "./prepare-scenario.ts";
import { createProject, type SweepProject } from "./project.ts";
import { readState } from "./read-state.ts";
import { judgeLeftovers, runNext } from "./recover.ts";
import { argumentsOf } from "./scenario.ts";
import { startSti } from "./start-sti.ts";
import { faultName, formatCaseId, type SweepCase } from "./sweep-case.ts";

export async function runTogetherCase(first: SweepProject, one: SweepCase): Promise<CaseResult> {
  const { scenario, trouble } = one;
  if (trouble.kind !== "together") throw new Error(`${formatCaseId(one)} is no case of several sessions`);
  const { lane } = first;
  const others = Array.from({ length: trouble.sessions - 1 }, () =>
    createProject(scenario, lane, trouble.share === "tag" ? first : undefined),
  );
  const projects = [first, ...others];
  for (const project of projects) {
    project.edit();
    await runHealthy(project);
  }
  const contents = projects.map((project) => project.edit());
  const before = await Promise.all(projects.map(readState));
  const runs = await Promise.all(
    projects.map((project) => startSti(project, argumentsOf(scenario), { host: lane.host }).ended),
  );
  const after = await Promise.all(projects.map(readState));
  const findings: Finding[] = [];
  for (const [index, project] of projects.entries()) {
    const [run, earlier, now, content] = [runs[index], before[index], after[index], contents[index]];
    if (run === undefined || earlier === undefined || now === undefined || content === undefined) continue;
    const judged = {
      engineBroke: false,
      wasSlow: false,
      diskWasFull: false,
      injected: "",
      isHarmless: true,
      before: earlier,
      after: now,
      content,
      pushes: scenario.push && trouble.share !== "tag",
      run,
      ...(trouble.share === "tag" ? { others: contents } : {}),
    };
    findings.push(...judgeRun(judged));
    // With one tag, each next session replaces the image of the one before it.
    const counts = ({ kind }: Finding) => kind !== "wrong success" || trouble.share !== "tag";
    findings.push(...(await runNext(project, judged)).filter(counts));
  }
  const held = before[0]?.holdings;
  if (held !== undefined) findings.push(...(await judgeLeftovers(first, { injected: "" }, held)));
  const [run] = runs;
  const [start, end] = [before[0], after[0]];
  return {
    id: formatCaseId(one),
    scenario: scenario.name,
    fault: faultName(one),
    findings: unique(findings),
    leftAtFirst: start && end ? findLeftovers(start.holdings, end.holdings).length : 0,
    interrupted: undefined,
    isMissed: false,
    printed: lastLine(run?.output ?? ""),
    exitCode: run?.exitCode ?? null,
  };
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map(findings.map((one) => [`${one.kind} ${one.text}`, finding(one.kind, one.text)]));
  return [...byText.values()];
}
