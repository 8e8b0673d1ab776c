// Many edits in a row under one `sti watch`: growth of the engine's content and of the process.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import type { BenchContext } from "./bench-context.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import type { Row, Table } from "./measure.ts";
import { sizeOf, startWatch } from "./watch-process.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-soak";
const EDITS = 300;
/** Edits after which the first look is taken: by then everything that is kept is there. */
const WARM_UP = 20;
/** Number of inspections after that. */
const LOOKS = 3;

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const { host } = context;
  return await withImages(host, REPOSITORY, () => withFolder((folder) => soak(folder, context)));
}

async function soak(
  folder: string,
  { host, rounds = EDITS, say, signal }: BenchContext,
): Promise<readonly Table[]> {
  generateWorkspace({ folder, apps: 2, method: "container", repository: REPOSITORY });
  const watch = startWatch({ folder, host, signal });
  const edit = async (round: number) => {
    const name = `app-${round % 2}`;
    watch.clear();
    writeFileSync(join(folder, "apps", name, `file-${(round % 5) * 2}.txt`), `edit ${round}\n`);
    const { outcome } = await watch.next(({ target, type }) => type === "target-finished" && target === name);
    if (outcome !== "built") throw new Error(`edit ${round}: ${outcome}`);
    await watch.next(({ type }) => type === "watch-settled");
  };
  const rows: Row[] = [];
  const started = performance.now();
  const look = async (name: string, pid?: number) => {
    const own = pid === undefined ? undefined : sizeOf(pid);
    const counts = { ...(await countAll(host)), ...(own && { "open files": own.files }) };
    rows.push({ name, wall: performance.now() - started, memory: own?.memory, counts });
  };
  try {
    say("building for the first time");
    await look("at the start", watch.pid);
    for (let missing = 3; missing > 0; missing -= 1) {
      await watch.next(({ type }) => type === "target-finished");
    }
    for (let round = 1; round <= rounds + WARM_UP; round += 1) {
      signal.throwIfAborted();
      await edit(round);
      const counted = round - WARM_UP;
      const isPart = counted >= 0 && counted % Math.ceil(rounds / LOOKS) === 0;
      if (isPart || counted === rounds) await look(`after ${counted} edits`, watch.pid);
      if (counted > 0 && counted % 50 === 0) say(`${counted} edits`);
    }
  } finally {
    await watch.stop();
  }
  await look("after the end");
  return [
    {
      title: `two apps under one watch, container method, ${rounds} edits`,
      compare: "wall",
      peers: [],
      rows,
      notes: [`Looked at first after ${WARM_UP} edits more, when all is there that is kept.`],
    },
  ];
}

const LISTS = [
  ["containers", "/containers/json?all=1"],
  ["volumes", "/volumes"],
  ["images", "/images/json?all=1"],
] as const;

async function countAll(host: string): Promise<Readonly<Record<string, number>>> {
  const counts = LISTS.map(async ([name, path]) => {
    const { body } = await callEngine({ host }, "GET", path);
    const list = Array.isArray(body)
      ? body
      : (body as { readonly Volumes: readonly unknown[] | null }).Volumes;
    return [name, list?.length ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}
