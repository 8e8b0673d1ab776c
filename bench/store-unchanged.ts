// Unchanged apps on an empty engine: nothing is pulled, so that the time is that of deciding.
import { join } from "node:path";
import { generateWorkspace } from "./generate-workspace.ts";
import { goalHere, measureSpeed } from "./machine-speed.ts";
import { measure, type Table } from "./measure.ts";
import { createStoreMachine, type ProjectContext, REPOSITORY } from "./store-machine.ts";

const APPS = 100;
/** How time grows with the number of apps. */
const MANY = 500;
const KEPT = "sti run, the cache of CI kept";

export async function measureUnchanged({
  folder,
  host,
  rounds,
  say,
  signal,
  store,
}: ProjectContext): Promise<Table> {
  const plain = { folder: join(folder, "plain"), apps: APPS, repository: REPOSITORY };
  generateWorkspace({ ...plain, store });
  const machine = createStoreMachine({ folder: plain.folder, host, signal });
  // With a cache of its own, which it empties: the others keep the compiled program.
  const fresh = createStoreMachine({ folder: plain.folder, cache: join(folder, "fresh"), host, signal });
  const signedFolder = join(folder, "signed");
  generateWorkspace({ ...plain, folder: signedFolder, store: `${store}-signed`, signed: true });
  const signed = createStoreMachine({ folder: signedFolder, host, signal });
  say(`adding ${APPS} apps to the store`);
  await machine.run();
  await signed.empty();
  await signed.run();
  say("measuring");
  const speed = await measureSpeed(signal);
  const rows = await measure(
    [
      { ...fresh.contender("sti run, a fresh user", ["--load", "none"], fresh.forgetAll), goal: "2 s" },
      {
        ...machine.contender(KEPT, ["--load", "none"], machine.forgetProject),
        goal: `2 s, ${goalHere(400, speed)}, no pull`,
      },
      {
        ...signed.contender("the same, cache.verify", ["--load", "none"], signed.forgetProject),
        goal: "1.1 ×",
      },
    ],
    { rounds, signal },
  );
  return {
    title: `${APPS} unchanged apps, empty engine`,
    compare: "cpu",
    peers: [KEPT],
    rows,
    notes: [speed.note],
  };
}

export async function measureMany(context: ProjectContext): Promise<Table> {
  const { folder, host, rounds, say, signal, store } = context;
  generateWorkspace({ folder, apps: MANY, repository: REPOSITORY, store });
  const machine = createStoreMachine({ folder, host, signal });
  await machine.empty();
  say(`adding ${MANY} apps to the store`);
  await machine.run();
  say("measuring");
  const contender = machine.contender(KEPT, ["--load", "none"], machine.forgetProject);
  const rows = await measure([{ ...contender, goal: "6 s" }], { rounds, signal });
  return { title: `${MANY} unchanged apps, empty engine`, compare: "wall", peers: [], rows };
}
