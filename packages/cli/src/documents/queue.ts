// Schema of `sti queue status --json`.
import * as z from "zod";
import { count, schemaVersion, text, time } from "./fields.ts";

const platform = text("Platform: `linux/amd64`.");
const counts = {
  waiting: count("Tasks that wait."),
  active: count("Tasks in progress."),
  delayed: count("Tasks that are tried again after a pause."),
};

export const queueStatusDocument = z.object({
  schemaVersion: schemaVersion.describe("Version of the document."),
  queue: text("Address of the queue without credentials."),
  name: text("Name of the queue."),
  workers: z
    .array(
      z
        .object({
          name: text("Name of the worker."),
          platform,
          slots: count("Tasks at a time."),
          active: count("Tasks in progress."),
          paused: text("Reason why it takes no tasks; missing if it does.").optional(),
          labels: z.record(z.string(), z.string()).describe("Its labels."),
          engine: text("Its engine: `Docker Engine 28.5.1`."),
          since: time("Start of the worker."),
          home: z.object(counts).describe("Tasks in its own queue, which it takes first."),
        })
        .describe("A worker."),
    )
    .describe("Workers that are alive."),
  tasks: z
    .array(
      z
        .object({
          platform,
          ...counts,
        })
        .describe("Tasks for one platform."),
    )
    .describe("Tasks in the shared queues, by platform."),
});
