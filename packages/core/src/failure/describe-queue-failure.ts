// The words of failures of builds that other machines do.
import type { FailureDescription } from "./failure-description.ts";
import type { QueueFailure } from "./queue-failure.ts";

export function describeQueueFailure(failure: QueueFailure): FailureDescription {
  switch (failure.code) {
    case "queue-unreachable":
      return {
        summary: `queue not reachable at ${failure.queue}: ${failure.message}`,
        hint: "start the queue server, or check the address; sti run --on-unavailable=local builds in the engine of this machine",
      };
    case "queue-untrusted":
      return {
        summary: `certificate of the queue at ${failure.queue} not accepted: ${failure.message}`,
        hint: "pass the authority that signed it with --on-ca FILE, and the host name that it was made for; sti doctor --on URL checks both",
      };
    case "workers-missing":
      return {
        summary: `no worker for ${failure.platform} took tasks from ${failure.queue} within ${failure.waited} s`,
        hint: "start one: sti worker --on URL; sti queue status --on URL lists workers and tasks",
      };
    case "task-refused":
      return {
        summary: `${failure.worker} refused the task: ${failure.message}`,
        hint: "pass the worker this session's public key (--trust) and registries (--allow-registry)",
      };
    case "task-failed":
      return {
        summary: `not built by any worker: ${failure.message}`,
        hint: "read the logs of the workers, and run sti run again",
      };
    case "task-abandoned":
      return {
        summary: `given up after ${failure.attempts} attempts: its worker was gone each time${listWorkers(failure.workers)}`,
        hint: "look for what ends the workers: their logs, the memory of their machines; limits of apps (memory) and --memory of sti worker bound scripts",
      };
    case "result-missing":
      return {
        summary: `the store ${failure.store} has no result with the key ${failure.key}`,
        hint: "check with sti doctor that workers can write to the store, and run sti run again",
      };
    case "remote-impossible":
      return { summary: failure.message, hint: failure.hint };
    default:
      return failure satisfies never;
  }
}

function listWorkers(workers: readonly string[]): string {
  return workers.length === 0 ? "" : ` (${workers.join(", ")})`;
}
