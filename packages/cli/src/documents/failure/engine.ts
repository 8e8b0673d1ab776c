// Schemas of failures of the engine.
import * as z from "zod";
import { count, targetName, text } from "../fields.ts";
import { failureOf, message } from "./fields.ts";

const host = text("Address of the engine: `unix:///var/run/docker.sock`.");

/** Fields of failed calls. */
const ofCall = {
  operation: text("The operation: `create a container`."),
  target: targetName.optional(),
  tags: z
    .enum(["unchanged", "moved", "unknown"])
    .describe("Tags of the target after the failure. `unknown`: the engine did not confirm a move.")
    .optional(),
  message,
};

export const engineFailures = [
  failureOf("engine-unreachable", "The engine does not answer.", {
    host,
    from: text("Setting that names the host: `DOCKER_HOST`, `context desktop`."),
    reason: z
      .enum(["missing-socket", "refused", "permission", "timeout", "not-an-engine", "other"])
      .describe("Kind of the problem."),
    message,
  }),
  failureOf("engine-unsupported", "The engine is not supported.", { host, message }),
  failureOf("engine-context-unknown", "The Docker context does not exist or is invalid.", { message }),
  failureOf("engine-lost", "The engine stopped answering.", ofCall),
  failureOf("disk-full", "The engine has no space left.", ofCall),
  failureOf("engine-error", "The engine refused a request.", {
    ...ofCall,
    status: count("HTTP status of the answer.").optional(),
  }),
] as const;
