// Runs cases on one or several lanes, in the order that the seed decides, until all are done or the time is up.
import type { CaseResult } from "./case-result.ts";
import { finding } from "./judge-run.ts";
import type { Lane } from "./lane.ts";
import { openLane } from "./lane.ts";
import { listCases } from "./list-cases.ts";
import { type Prepared, prepareScenario } from "./prepare-scenario.ts";
import { seededRandom, shuffle } from "./random.ts";
import { runSessionCase } from "./run-session-case.ts";
import { runSoakCase } from "./run-soak-case.ts";
import { runTogetherCase } from "./run-together-case.ts";
import { runWatchCase } from "./run-watch-case.ts";
import { type Scenario, scenarios } from "./scenario.ts";
import { formatCaseId, matchesPattern, type SweepCase } from "./sweep-case.ts";

export interface SweepOptions {
  /** Ids of cases, with * for any text; all when empty. */
  readonly only: readonly string[];
  readonly seed: string;
  /** Seconds; undefined: all cases are run. */
  readonly budget: number | undefined;
  /** Number of engines that work side by side. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Cases of a scenario that one lane runs after one another; the scenarios take turns. */
interface Piece {
  readonly scenario: Scenario;
  readonly part: number;
  readonly parts: number;
}

/** Parts of a scenario: more of them divide the work evenly, but each costs three sessions to prepare. */
const PARTS = 3;
/** Cases of a scenario between two others, where there is a budget. */
const TURN = 5;

/** An interrupted sweep has the results so far. */
export async function runSweep(options: SweepOptions): Promise<readonly CaseResult[]> {
  const started = performance.now();
  const deadline = options.budget === undefined ? Number.POSITIVE_INFINITY : started + options.budget * 1000;
  const pieces = [...planPieces(options)];
  const results: CaseResult[] = [];
  const lanes: Lane[] = [];
  try {
    for (let number = 1; number <= options.jobs; number += 1)
      lanes.push(await openLane(number, options.signal));
    // None is closed while another still works: each ends by itself, soon after an interruption.
    const ends = await Promise.allSettled(lanes.map((lane) => workOff(lane)));
    for (const end of ends) if (end.status === "rejected" && !options.signal.aborted) throw end.reason;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
  return results;

  async function workOff(lane: Lane): Promise<void> {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      if (performance.now() > deadline) return;
      let prepared = await prepare(piece.scenario, lane);
      for (const one of prepared === undefined ? [] : casesOf(piece, prepared, options)) {
        options.signal.throwIfAborted();
        if (prepared === undefined || performance.now() + usualTime(results.length, started) > deadline)
          return;
        const result = await runCase(prepared, one).catch((error) =>
          giveUpOn(one.scenario, formatCaseId(one), error),
        );
        note(result);
        if (result.findings.some(({ kind }) => kind === "no recovery")) {
          prepared = await prepare(piece.scenario, lane);
        }
      }
    }
  }

  async function prepare(scenario: Scenario, lane: Lane): Promise<Prepared | undefined> {
    try {
      return await prepareScenario(scenario, lane);
    } catch (error) {
      note(giveUpOn(scenario, `${scenario.name}/none/undisturbed`, error));
      return undefined;
    }
  }

  function note(result: CaseResult): void {
    results.push(result);
    report(result, options, results.length);
  }

  /** An error that prevents judging one case is a finding of its own; the others go on. */
  function giveUpOn(scenario: Scenario, id: string, error: unknown): CaseResult {
    options.signal.throwIfAborted();
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      id,
      scenario: scenario.name,
      fault: id.split("/")[1] ?? "",
      findings: [finding("no recovery", `the case could not be judged: ${text}`)],
      leftAtFirst: 0,
      interrupted: undefined,
      isMissed: false,
      printed: "",
      exitCode: null,
    };
  }
}

/** All ids that would be run, by sessions that number the calls. */
export async function listSweep(options: SweepOptions): Promise<readonly string[]> {
  const lane = await openLane(1, options.signal);
  try {
    const ids: string[] = [];
    for (const scenario of chosenScenarios(options.only)) {
      const { calls } = await prepareScenario(scenario, lane);
      ids.push(...listCases(scenario, calls, options.seed).map(formatCaseId));
    }
    return ids.filter((id) => isChosen(id, options.only));
  } finally {
    await lane.close();
  }
}

function planPieces({ budget, only, seed }: SweepOptions): readonly Piece[] {
  const chosen = chosenScenarios(only);
  const parts = budget === undefined ? (only.length > 0 ? 1 : PARTS) : 40;
  const pieces = (list: readonly Scenario[]) =>
    Array.from({ length: parts }, (_, part) => list.map((scenario) => ({ scenario, part, parts }))).flat();
  return pieces(budget === undefined ? chosen : shuffle(chosen, seededRandom(seed)));
}

function casesOf(
  piece: Piece,
  { calls }: Prepared,
  { budget, only, seed }: SweepOptions,
): readonly SweepCase[] {
  const { part, parts, scenario } = piece;
  const cases = listCases(scenario, calls, seed).filter((one) => isChosen(formatCaseId(one), only));
  if (budget === undefined) return cases.filter((_, index) => index % parts === part);
  // A soak takes longer than any sample.
  const short = cases.filter(({ trouble }) => trouble.kind !== "soak");
  return shuffle(short, seededRandom(`${seed} ${scenario.name} sample`)).slice(
    part * TURN,
    (part + 1) * TURN,
  );
}

async function runCase(prepared: Prepared, one: SweepCase): Promise<CaseResult> {
  if (one.trouble.kind === "soak") return await runSoakCase(prepared, one);
  if (one.trouble.kind === "together") return await runTogetherCase(prepared.project, one);
  return await (one.scenario.command === "watch" ? runWatchCase : runSessionCase)(prepared, one);
}

function report({ findings, id }: CaseResult, { say }: SweepOptions, count: number): void {
  for (const { kind, text } of findings) say(`${id}\n  ${kind}: ${text}`);
  if (count % 50 === 0) say(`${count} runs`);
}

/** A scenario whose name no pattern can mean is not even prepared. */
function chosenScenarios(only: readonly string[]): readonly Scenario[] {
  if (only.length === 0) return scenarios;
  return scenarios.filter(({ name }) =>
    only.some((pattern) => matchesPattern(name, pattern.split("/")[0] ?? "") || pattern.startsWith("*")),
  );
}

function isChosen(id: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((pattern) => matchesPattern(id, pattern));
}

/** Milliseconds that the next case will take, as those before it did. */
function usualTime(count: number, started: number): number {
  return count === 0 ? 0 : Math.min(10_000, (performance.now() - started) / count);
}
