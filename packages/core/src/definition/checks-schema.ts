// Checks of sti compare for two builds of an app, as the user may write them. resolve-checks.ts fills in defaults.
import * as z from "zod";
import { text, variables } from "./schema-values.ts";

const seconds = (example: string) =>
  z.string().regex(/^[1-9]\d*[sm]$/, `must be a time such as '${example}'`);

const port = () => z.int().min(1).max(65535);

const masks = () =>
  z
    .array(
      text().refine(isPattern, {
        error: (issue) => `is ${JSON.stringify(issue.input)}, which is no regular expression`,
      }),
    )
    .describe(
      "Regular expressions of what may differ, such as times and addresses; what they match is left out.",
    );

export const CommandCheck = z
  .strictObject({
    name: text().optional().describe("What the check is called. Default: the command."),
    run: z.array(text()).min(1).describe("The command, as a list of words; it gets a container of its own."),
    ignore: z
      .array(z.enum(["exit code", "stdout", "stderr"]))
      .optional()
      .describe("What of it may differ."),
    mask: masks().optional(),
    timeout: seconds("30s").optional().describe("How long it may take; then it is killed. Default: 60s."),
  })
  .meta({ id: "CommandCheck", description: "A command whose exit code and output must be the same." });

export const HttpCheck = z
  .strictObject({
    name: text().optional().describe("What the check is called. Default: method and path."),
    path: text().regex(/^\//, "must start with /").describe("Path that is asked for, such as '/health'."),
    port: port()
      .optional()
      .describe(
        "Port inside the container. Default: the first that checks.ports names, or that the image exposes.",
      ),
    method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).default("GET"),
    headers: z.record(text(), z.string()).optional().describe("Headers of the request."),
    body: z.string().optional().describe("Body of the request."),
    json: z
      .array(
        text().regex(/^[^.]+(?:\.[^.]+)*$/, "must be keys with a '.' between them, such as 'info.version'"),
      )
      .min(1)
      .optional()
      .describe(
        "Values of a JSON answer that must be the same, instead of the whole body: 'status', 'items.0.id'.",
      ),
    ignoreHeaders: z
      .array(text())
      .optional()
      .describe(
        "Headers that may differ, besides Date, Age, ETag, Last-Modified and those of the connection.",
      ),
    mask: masks().optional(),
  })
  .meta({ id: "HttpCheck", description: "A request whose status, headers and body must be the same." });

export const Checks = z
  .strictObject({
    commands: z.array(CommandCheck).optional().describe("Commands, each in a container of its own."),
    http: z.array(HttpCheck).optional().describe("Requests to the app while it runs, in this order."),
    ports: z
      .array(port())
      .optional()
      .describe("Ports inside the container that are looked at, besides those that the image exposes."),
    env: variables().optional().describe("Variables of the containers, beside those of the image."),
    startup: seconds("30s").optional().describe("How long the app may take until it answers. Default: 30s."),
    memory: z
      .string()
      .regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be a size such as '512MB'")
      .optional()
      .describe("Memory of each container. Default: no limit."),
    cpus: z
      .number()
      .positive()
      .optional()
      .describe("Processors of each container, e.g. 1.5. Default: no limit."),
    network: z.enum(["default", "none"]).optional().describe("What commands reach. Default: default."),
  })
  .meta({
    id: "Checks",
    description:
      "How sti compare sees whether two builds of the app behave alike. Nothing of it is part of the image or its key.",
  });

export type WrittenChecks = z.output<typeof Checks>;

/** Whether a text is a regular expression. */
export function isPattern(written: string): boolean {
  try {
    new RegExp(written, "u");
    return true;
  } catch {
    return false;
  }
}
