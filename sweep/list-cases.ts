// All cases of a scenario: every call with every fault, and other troubles.
import { callFaults } from "./fault.ts";
import type { NumberedCall } from "./prepare-scenario.ts";
import { seededRandom } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import type { Damage, Place, SweepCase, Trouble } from "./sweep-case.ts";

/** Number of moments drawn for each kind of sudden end. */
const MOMENTS = { signal: 5, engineKill: 3 } as const;
const SIGNALS = ["SIGKILL", "SIGTERM", "SIGINT"] as const;
const DAMAGES: readonly Damage[] = ["cut", "empty", "garbled", "other-json", "folder"];
const PLACES: readonly Place[] = ["tmp", "cache", "project"];
/** Kilobytes. */
const FREE = [0, 64, 512, 2048] as const;

/** The same cases for the same seed. */
export function listCases(
  scenario: Scenario,
  calls: readonly NumberedCall[],
  seed: string,
): readonly SweepCase[] {
  const random = seededRandom(`${seed} ${scenario.name}`);
  const moment = () => 2 + Math.floor(random() * 97);
  const troubles: Trouble[] = callFaults.flatMap(({ name: fault, onlyWrites = false }) =>
    calls
      .filter(({ call }) => !(onlyWrites && call.startsWith("GET ")))
      .map(({ call, nth }): Trouble => ({ kind: "call", fault, call, nth })),
  );
  for (const signal of SIGNALS) {
    for (const percent of moments(MOMENTS.signal, moment)) troubles.push({ kind: "signal", signal, percent });
  }
  for (const percent of moments(MOMENTS.engineKill, moment)) troubles.push({ kind: "engine-kill", percent });
  if (scenario.command === "run") {
    for (const free of FREE) troubles.push({ kind: "engine-disk", free });
    for (const place of PLACES) {
      for (const state of ["full", "read-only"] as const) troubles.push({ kind: "place", place, state });
    }
    for (const damage of DAMAGES) troubles.push({ kind: "state", damage });
  }
  if (scenario.kind === "incremental" && scenario.command === "run" && !scenario.push) {
    for (const sessions of [2, 4]) {
      for (const share of ["tag", "engine"] as const) troubles.push({ kind: "together", sessions, share });
    }
  }
  if (scenario.command === "watch") troubles.push({ kind: "soak", rounds: 200 });
  return troubles.map((trouble) => ({ scenario, trouble }));
}

function moments(count: number, moment: () => number): readonly number[] {
  return [...new Set(Array.from({ length: count }, moment))];
}
