// Ten apps as large as real ones, and their results in a store.
import { generateWorkspace } from "./generate-workspace.ts";
import { createStoreMachine, type ProjectContext, REPOSITORY } from "./store-machine.ts";

/** What is pulled, and what is built. */
export const SOME = 10;
/** Of each of these. */
const MEGABYTES = 20;

/**
 * The builder's cache would keep their layers, so that nothing is left to pull: containers make
 * them.
 */
export async function storeSome({ folder, host, say, signal, store }: ProjectContext) {
  const shape = { folder, apps: SOME, megabytes: MEGABYTES, repository: REPOSITORY, store };
  generateWorkspace({ ...shape, method: "container" });
  const machine = createStoreMachine({ folder, host, signal });
  await machine.empty();
  const what = `${SOME} apps of ${MEGABYTES} MB`;
  say(`adding ${what} to the store`);
  await machine.run();
  return { machine, what };
}
