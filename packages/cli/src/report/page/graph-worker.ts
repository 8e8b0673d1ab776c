// A thread that makes the part "graph" of one set of targets, and ends.
import { parentPort, workerData } from "node:worker_threads";
import type { GraphTarget } from "./graph-layout.ts";
import { graphPart } from "./graph-part.ts";

parentPort?.postMessage(graphPart(workerData as readonly GraphTarget[]));
