// Schemas of failures of builds on other machines.
import { count, targetName, text, texts } from "../fields.ts";
import { failureOf, message } from "./fields.ts";

const queue = text("Address of the queue without credentials: `redis://queue.example:6379`.");

export const queueFailures = [
  failureOf("queue-unreachable", "The queue does not answer.", { queue, message }),
  failureOf("queue-untrusted", "The certificate of the queue is not accepted.", { queue, message }),
  failureOf("workers-missing", "No worker took a task in time.", {
    queue,
    platform: text("Platform that a worker is missing for: `linux/amd64`."),
    waited: count("Seconds."),
  }),
  failureOf("task-refused", "A worker refused a task.", {
    target: targetName,
    worker: text("Name of the worker."),
    message,
  }),
  failureOf("task-failed", "No worker could end the build of a target.", { target: targetName, message }),
  failureOf("task-abandoned", "Each worker that began the build of a target was gone before its end.", {
    target: targetName,
    workers: texts("Names of the workers, in the order of the attempts."),
    attempts: count("Number of attempts."),
  }),
  failureOf("result-missing", "The store lacks a result that it should have.", {
    target: targetName,
    store: text("Repository of the store."),
    key: text("Key of the result."),
  }),
  failureOf("remote-impossible", "The session cannot use workers.", {
    message,
    hint: text("The next step to take."),
  }),
] as const;
