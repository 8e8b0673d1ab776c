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
        error: (issue) => `is ${JSON.stringify(issue.input)}, expected a regular expression`,
      }),
    )
    .describe(
      "Regular expressions of parts that may differ, such as times and addresses; matches are not compared.",
    );

export const CommandCheck = z
  .strictObject({
    name: text().optional().describe("Name of the check. Default: the command."),
    run: z.array(text()).min(1).describe("The command, as a list of words; runs in its own container."),
    ignore: z
      .array(z.enum(["exit code", "stdout", "stderr"]))
      .optional()
      .describe("Results that may differ."),
    mask: masks().optional(),
    timeout: seconds("30s")
      .optional()
      .describe("Time limit of the command; the command is killed when it expires. Default: 60s."),
  })
  .meta({ id: "CommandCheck", description: "A command whose exit code and output must be the same." });

export const HttpCheck = z
  .strictObject({
    name: text().optional().describe("Name of the check. Default: method and path."),
    path: text().regex(/^\//, "must start with /").describe("Path to request, such as '/health'."),
    port: port()
      .optional()
      .describe(
        "Port inside the container. Default: the first port of checks.ports, or else the first that the image exposes.",
      ),
    method: z
      .enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
      .default("GET")
      .describe("Method of the request."),
    headers: z.record(text(), z.string()).optional().describe("Request headers."),
    body: z.string().optional().describe("Request body."),
    json: z
      .array(
        text().regex(/^[^.]+(?:\.[^.]+)*$/, "must be keys with a '.' between them, such as 'info.version'"),
      )
      .min(1)
      .optional()
      .describe("Values of a JSON answer to compare instead of the whole body: 'status', 'items.0.id'."),
    ignoreHeaders: z
      .array(text())
      .optional()
      .describe(
        "Response headers that may differ, in addition to Date, Age, ETag, Last-Modified and the connection's headers.",
      ),
    mask: masks().optional(),
  })
  .meta({ id: "HttpCheck", description: "A request whose status, headers and body must be the same." });

export const Checks = z
  .strictObject({
    commands: z.array(CommandCheck).optional().describe("Commands to run, each in its own container."),
    http: z.array(HttpCheck).optional().describe("Requests to send to the running app, in this order."),
    ports: z
      .array(port())
      .optional()
      .describe("Ports inside the container to check, in addition to those that the image exposes."),
    env: variables().optional().describe("Variables of the containers, in addition to those of the image."),
    startup: seconds("30s").optional().describe("Time limit for the app to answer. Default: 30s."),
    memory: z
      .string()
      .regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be a size such as '512MB'")
      .optional()
      .describe("Memory limit of each container. Default: no limit."),
    cpus: z
      .number()
      .positive()
      .optional()
      .describe("CPU limit of each container, e.g. 1.5. Default: no limit."),
    network: z.enum(["default", "none"]).optional().describe("Network of the commands. Default: default."),
  })
  .meta({
    id: "Checks",
    description:
      "Checks that sti compare runs to compare the behaviour of two builds of the app. They are not part of the image or its key.",
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
