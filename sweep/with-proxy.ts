// A fault proxy before a lane's engine for as long as some work goes on.
import { join } from "node:path";
import { type FaultProxy, startFaultProxy } from "@sti/testing/fault-proxy";
import type { Lane } from "./lane.ts";

let count = 0;

export async function withProxy<T>(lane: Lane, work: (proxy: FaultProxy) => Promise<T>): Promise<T> {
  count += 1;
  const socket = join(lane.folder, `${count}.sock`);
  const proxy = await startFaultProxy({ target: lane.socket, socket });
  try {
    return await work(proxy);
  } finally {
    await proxy.close();
  }
}
