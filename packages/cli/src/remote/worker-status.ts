// The state of a worker over HTTP: /healthz for whoever keeps it alive, /metrics for Prometheus.
import { createServer, type Server } from "node:http";
import type { Serving, WorkerEvent } from "@sti/queue";

export interface WorkerCounts {
  note(event: WorkerEvent): void;
  /** In the text format of Prometheus. */
  print(serving: Pick<Serving, "active" | "paused">, slots: number): string;
}

export function countTasks(): WorkerCounts {
  const ended = new Map<string, number>();
  let [seconds, taken] = [0, 0];
  return {
    note: (event) => {
      if (event.kind === "taken") taken += 1;
      if (event.kind !== "done") return;
      ended.set(event.outcome, (ended.get(event.outcome) ?? 0) + 1);
      seconds += event.seconds;
    },
    print: (serving, slots) =>
      [
        metric("sti_worker_slots", "gauge", "Tasks at a time.", [["", slots]]),
        metric("sti_worker_active_tasks", "gauge", "Tasks in progress.", [["", serving.active()]]),
        metric("sti_worker_paused", "gauge", "1 while no tasks are taken.", [
          ["", serving.paused() === undefined ? 0 : 1],
        ]),
        metric("sti_worker_tasks_taken_total", "counter", "Tasks taken.", [["", taken]]),
        metric(
          "sti_worker_tasks_ended_total",
          "counter",
          "Tasks ended, by outcome.",
          [...ended].map(([outcome, count]) => [`{outcome="${outcome}"}`, count] as const),
        ),
        metric("sti_worker_task_seconds_total", "counter", "Seconds of all ended tasks.", [["", seconds]]),
      ].join(""),
  };
}

function metric(
  name: string,
  type: "counter" | "gauge",
  help: string,
  values: readonly (readonly [labels: string, value: number])[],
): string {
  const lines = values.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return [`# HELP ${name} ${help}\n`, `# TYPE ${name} ${type}\n`, ...lines].join("");
}

export interface StatusServer {
  /** "127.0.0.1:9464" */
  readonly address: string;
  close(): Promise<void>;
}

/** `listen`: "HOST:PORT". Rejects with the system's error. */
export async function serveStatus(
  listen: { readonly host: string; readonly port: number },
  print: () => { readonly problem: string | undefined; readonly metrics: string },
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const { metrics, problem } = print();
    const answer = (status: number, text: string) => {
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
      response.end(text);
    };
    if (request.url === "/metrics") answer(200, metrics);
    else if (request.url === "/healthz") answer(problem === undefined ? 200 : 503, `${problem ?? "ok"}\n`);
    else answer(404, "not found: /healthz and /metrics are here\n");
  });
  const { promise, reject, resolve } = Promise.withResolvers<void>();
  server.once("error", reject).listen(listen.port, listen.host, resolve);
  await promise;
  return { address: `${listen.host}:${portOf(server)}`, close: () => end(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function end(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
