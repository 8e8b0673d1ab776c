// The graph of a live page is laid out in a thread: this one runs the session meanwhile.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { GraphTarget } from "../report/page/graph-layout.ts";
import { graphPart } from "../report/page/graph-part.ts";
import type { PageGraph } from "../report/page/page-state.ts";

export type LayOut = (targets: readonly GraphTarget[]) => Promise<PageGraph>;

/** In this thread where no other can be started: on a machine without room for one the page has its graph all the same. */
export const layOutInThread: LayOut = async (targets) => {
  try {
    return await askThread(targets);
  } catch {
    return graphPart(targets);
  }
};

/** Rejects where the thread cannot be started, or fails. */
export const askThread: LayOut = async (targets) => {
  // The sources run as they stand, and built, where all files are in one folder.
  const isBuilt = !import.meta.url.endsWith(".ts");
  const entry = new URL(isBuilt ? "graph-worker.js" : "../report/page/graph-worker.ts", import.meta.url);
  const needed = targets.map(({ dependsOn, name }) => ({ name, dependsOn }));
  const worker = new Worker(entry, { workerData: needed, name: "sti graph" });
  // A session that ends does not wait for it.
  worker.unref();
  const ended = once(worker, "exit").then(() => {
    throw new Error("the thread has ended");
  });
  try {
    const [part] = await Promise.race([once(worker, "message"), ended]);
    return part;
  } finally {
    ended.catch(() => {});
    await worker.terminate();
  }
};
