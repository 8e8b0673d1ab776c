// Schema of `sti queue status --json`.
import * as z from "zod";
import { count, schemaVersion, text, time } from "./fields.ts";

const platform = text("Platform: `linux/amd64`.");

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
        })
        .describe("A worker."),
    )
    .describe("Workers that are alive."),
  tasks: z
    .array(
      z
        .object({
          platform,
          waiting: count("Tasks that wait for a worker."),
          active: count("Tasks in progress."),
          delayed: count("Tasks that are tried again after a pause."),
        })
        .describe("Tasks for one platform."),
    )
    .describe("Tasks by platform."),
});
