// Schema of failures: one object for each code, in the areas of `Failure`.
import * as z from "zod";
import { buildFailures } from "./failure/build.ts";
import { configFailures } from "./failure/config.ts";
import { engineFailures } from "./failure/engine.ts";
import { failureOf, location, message } from "./failure/fields.ts";
import { graphFailures } from "./failure/graph.ts";
import { imageFailures } from "./failure/image.ts";
import { lockFailures } from "./failure/lock.ts";
import { queueFailures } from "./failure/queue.ts";
import { sourceFailures } from "./failure/source.ts";
import { workspaceFailures } from "./failure/workspace.ts";
import { targetName, text } from "./fields.ts";

export const failure = z
  .discriminatedUnion("code", [
    ...configFailures,
    ...graphFailures,
    ...lockFailures,
    ...sourceFailures,
    ...workspaceFailures,
    ...imageFailures,
    ...buildFailures,
    ...engineFailures,
    ...queueFailures,
    failureOf("bug", "A defect in sti.", {
      target: targetName.optional(),
      message,
      stack: text("Stack trace.").optional(),
    }),
  ])
  .meta({ id: "Failure", description: "A problem as data. Codes are stable; later versions may add codes." });

export const failureCode = z
  .enum(failure.options.map((option) => option.shape.code.value))
  .meta({ id: "FailureCode", description: "Stable code of a failure. Later versions may add codes." });

/** A failure in words, in reports. */
export const reportedFailure = z
  .object({
    code: failureCode,
    subject: text(
      "Place in the config such as `apps.web`, or a target; missing if there is none.",
    ).optional(),
    summary: text("The problem in one line."),
    detail: text("More about the problem.").optional(),
    hint: text("The next step to take.").optional(),
    location: location.optional(),
    frame: text("Lines of the file around the place.").optional(),
  })
  .meta({ id: "ReportedFailure", description: "A failure in words." });
