// Schema of the events of a session, one line of `--reporter ndjson`. Events of a watch are in watch-event.ts.
import * as z from "zod";
import { causes } from "./cause.ts";
import { eventOf, sessionContainers, sessionTarget, stream } from "./event-fields.ts";
import { failure } from "./failure.ts";
import {
  amount,
  count,
  outcome,
  outcomes,
  pushedImage,
  restoredImage,
  reuse,
  schemaVersion,
  session,
  stepKind,
  targetName as target,
  text,
  texts,
} from "./fields.ts";
import { watchEvents } from "./watch-event.ts";

const worker = text("Name of the worker that builds it; missing if this machine does.");

export const sessionEvent = z.discriminatedUnion("type", [
  eventOf("session-started", "First event of a session.", {
    schemaVersion: schemaVersion.describe(
      "Version of all events of the session; raised when a field changes its meaning or goes away.",
    ),
    session,
    targets: z.array(sessionTarget).describe("Targets of the session, dependencies first."),
    containers: sessionContainers.optional(),
    concurrency: count("Number of targets that are built at a time."),
    workers: count("Number of workers at the start; missing if this machine builds.").optional(),
  }),
  eventOf("session-warning", "A warning about the session.", { message: text("Warning for people.") }),
  eventOf("target-started", "The build of a target begins. Up-to-date targets have no such event.", {
    target,
    reason: text("Reason for the build, for people: `src/x.ts edited`."),
    causes: causes("The reason as data, smallest change first."),
    worker: worker.optional(),
  }),
  eventOf("step-started", "A step begins. A pull can come before `target-started`.", {
    target,
    step: stepKind,
    title: text("The step for people: `prepare on acme/node-builder`."),
  }),
  eventOf("step-progress", "Progress of a pull or push.", {
    target,
    step: stepKind,
    current: amount("Bytes so far."),
    total: amount("Bytes in all, as far as known."),
  }),
  eventOf("step-finished", "A step succeeded. A step that fails ends with `target-finished`.", {
    target,
    step: stepKind,
    duration: amount("Milliseconds."),
  }),
  eventOf("target-output", "A script or a build printed a line. Long lines come in pieces.", {
    target,
    stream,
    text: text("The line without its line end. Secrets are replaced by `***`."),
  }),
  eventOf("target-warning", "A warning about a target that goes on.", {
    target,
    message: text("Warning for people."),
  }),
  eventOf("target-finished", "A target finished; once for each target of a session that does not watch.", {
    target,
    outcome,
    worker: worker.optional(),
    reason: text("Reason for the outcome, for people: `needs api, which failed`."),
    duration: amount("Milliseconds from its start; 0 if it never started."),
    imageId: text("Id of the image with the tag, `sha256:…`; missing if there is none.").optional(),
    imageSize: amount("Size of that image with all layers, in bytes.").optional(),
    causes: causes("Causes of the build, smallest change first; only of a target that was built.").optional(),
    reuse: reuse.optional(),
    dependencies: z
      .enum(["reused", "made"])
      .describe("Dependency layers of an app that was built: all reused, or at least one made.")
      .optional(),
    restored: restoredImage.optional(),
    pushed: pushedImage.optional(),
    failure: failure.optional(),
    otherFailures: z.array(failure).describe("Further problems, if several were found at once.").optional(),
    errorLine: z
      .string()
      .describe("The line of output that looks most like the error; where none does, the last one on stderr.")
      .optional(),
    firstLines: texts(
      "Output from the first line that looks like an error on, if that is before `lastLines`.",
    ).optional(),
    left: count("Number of lines between `firstLines` and `lastLines`.").optional(),
    lastLines: texts(
      "The last lines of output before a failure; of long output from the error on, if it is among them.",
    ).optional(),
  }),
  eventOf("target-pushed", "An image was pushed after its target had finished, together with all others.", {
    target,
    pushed: pushedImage,
  }),
  eventOf("session-finished", "Last event of a session.", {
    session,
    duration: amount("Milliseconds."),
    outcomes,
    criticalPath: texts("The chain of targets that decided the duration of the session, first one first."),
    criticalDuration: amount("Milliseconds that the targets of the critical path took."),
    failures: z.array(failure).describe("Problems of the session itself, not of a target."),
  }),
  ...watchEvents,
]);
