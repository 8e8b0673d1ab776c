// Restored apps beside the engine's own pulls.
import { callEngine } from "@sti/testing/engine-api";
import { type Figures, measure, type Table } from "./measure.ts";
import type { ProjectContext } from "./store-machine.ts";
import { storeSome } from "./store-some.ts";

const PULLS = "the engine's pulls";

export async function measureRestored(context: ProjectContext): Promise<Table> {
  const { host, rounds, say, signal } = context;
  const { machine, what } = await storeSome(context);
  const pulls = await machine.listStored();
  say("measuring");
  const rows = await measure(
    [
      { name: PULLS, prepare: machine.empty, run: () => pullAll(host, pulls) },
      {
        ...machine.contender("sti run, --load all", ["--load", "all"], machine.forgetProject),
        goal: "1.05 ×",
      },
    ],
    { rounds, signal },
  );
  return { title: `${what} restored`, compare: "wall", peers: [PULLS], rows };
}

/** As many at a time as sti has targets at work. */
async function pullAll(host: string, references: readonly string[]): Promise<Figures> {
  const started = performance.now();
  const left = [...references];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { status } = await callEngine(
        { host },
        "POST",
        `/images/create?fromImage=${encodeURIComponent(next)}`,
      );
      if (status !== 200) throw new Error(`${next} cannot be pulled: ${status}`);
    }
  };
  await Promise.all([work(), work()]);
  const wall = performance.now() - started;
  for (const reference of references) await callEngine({ host }, "DELETE", `/images/${reference}?force=1`);
  return { wall };
}
