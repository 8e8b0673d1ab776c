// Schemas of the files about a session: the JSON report, the trace and the file of --metadata-file.
import * as z from "zod";
import { causes } from "./cause.ts";
import { failureCode, reportedFailure } from "./failure.ts";
import {
  amount,
  count,
  flag,
  outcome,
  outcomes,
  platform,
  pushedImage,
  restoredImage,
  reuse,
  schemaVersion,
  session,
  stepKind,
  targetKind,
  text,
  texts,
  time,
} from "./fields.ts";
import { planFields, plannedTarget } from "./plan.ts";

const imageId = text("Id of the image with the tag, `sha256:…`; missing if there is none.").optional();

const targetExecution = z.object({
  outcome,
  reason: text("Reason for the outcome, for people."),
  startedAt: time("Start of the target; missing if it never started.").optional(),
  duration: amount("Milliseconds from its start to its end."),
  steps: z
    .array(
      z.object({
        kind: stepKind,
        title: text("The step in a few words, for people."),
        startedAt: time("Start of the step."),
        duration: amount("Milliseconds."),
        succeeded: flag("False if it failed or was stopped."),
      }),
    )
    .describe("Executed steps in order; a push of all targets together comes after the end of the target."),
  warnings: texts("Warnings for people, a sentence each."),
  reuse: reuse.optional(),
  restored: restoredImage.optional(),
  pushed: pushedImage.optional(),
  imageId,
  imageSize: amount("Size of that image with all layers, in bytes.").optional(),
  failures: z.array(reportedFailure).describe("Problems of the target."),
  log: text("Path of the file with the whole output, absolute; missing if there was no output.").optional(),
  lastLines: texts("The last lines of output: up to 200 of a failed target, up to 40 of others."),
  earlierLines: count("Number of lines before them."),
});

export const reportDocument = z.object({
  ...planFields,
  execution: z
    .object({
      session,
      startedAt: time("Start of the session."),
      duration: amount("Milliseconds."),
      concurrency: count("Number of targets that are built at a time."),
      outcomes,
      criticalPath: texts("The chain of targets that decided the duration of the session, first one first."),
      criticalDuration: amount("Milliseconds that the targets of the critical path took."),
      failures: z.array(reportedFailure).describe("Problems of the session itself, not of a target."),
      warnings: texts("Warnings about the session for people, a sentence each."),
    })
    .describe("Execution of the session."),
  targets: z
    .array(plannedTarget.extend({ execution: targetExecution.describe("Execution of the target.") }))
    .describe("Targets of the session with plan and execution, dependencies first."),
});

export const metadataDocument = z.object({
  schemaVersion,
  session,
  duration: amount("Milliseconds."),
  targets: z
    .record(
      z.string(),
      z.object({
        kind: targetKind,
        platform,
        outcome,
        reason: text("Reason for the outcome, for people."),
        causes: causes(
          "Causes of the build, smallest change first; only of a target that was built.",
        ).optional(),
        duration: amount("Milliseconds from its start; 0 if it never started."),
        reuse: reuse.optional(),
        tags: texts("Tags of the target: its tag, then the build tag of an extended build."),
        imageId,
        restored: restoredImage.optional(),
        pushed: pushedImage.optional(),
        failure: failureCode.optional(),
      }),
    )
    .describe("Targets by name, dependencies first."),
});

const traceFields = {
  pid: count("Always 1."),
  tid: count("Slot of the session, counted from 1; 0 for the session."),
  name: text("Name of the target, title of the step, or name of the metadata."),
  args: z.record(z.string(), z.unknown()).describe("Details that a viewer shows."),
};

export const traceDocument = z.object({
  traceEvents: z
    .array(
      z.discriminatedUnion("ph", [
        z
          .object({
            ph: z.literal("X"),
            ...traceFields,
            ts: amount("Start, microseconds since the start of the session."),
            dur: amount("Duration in microseconds."),
            cat: text("`target`, or the kind of the step."),
          })
          .describe("A target or step: a complete event."),
        z.object({ ph: z.literal("M"), ...traceFields }).describe("Metadata: names and order of slots."),
      ]),
    )
    .describe("Events in Chrome's trace event format."),
  displayTimeUnit: z.literal("ms").describe("Unit that viewers show."),
  otherData: z
    .object({ session, startedAt: text("Start of the session, ISO 8601, UTC.") })
    .describe("The session."),
});
