// Settings of an app's container for `sti watch --run`, as the user may write them. resolve-dev.ts interprets the
// texts.
import * as z from "zod";
import { text, variables } from "./schema-values.ts";

const time = (example: string) =>
  z.string().regex(/^[1-9]\d*(?:ms|s|m)$/, `must be a time such as ${JSON.stringify(example)}`);

const Probe = z
  .strictObject({
    http: text()
      .optional()
      .describe("Path to request, such as '/health'. The container is up if the status is from 200 to 399."),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("Port inside the container for the http probe. Default: the first TCP port of ports."),
    tcp: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe(
        "Port inside the container. The container is up if it accepts a connection and keeps it open.",
      ),
    timeout: time("30s").optional().describe("Time limit for the container to come up. Default: 30s."),
    interval: time("200ms").optional().describe("Pause between two tries. Default: 200ms."),
  })
  .meta({ id: "Probe", description: "Probe that decides whether a container is up: either http or tcp." });

const Sync = z
  .strictObject({
    from: text().describe("File or folder, relative to the app's source."),
    to: text().describe("Absolute path in the container."),
  })
  .meta({
    id: "Sync",
    description: "Files to copy into the running container instead of rebuilding the image.",
  });

export const Dev = z
  .strictObject({
    ports: z
      .array(z.union([text(), z.int().min(1).max(65535)]))
      .optional()
      .describe(
        "Ports to publish: '8080:3000' (host, container), '127.0.0.1:8080:3000/tcp', or '3000' for a free host port, which is shown.",
      ),
    env: variables()
      .optional()
      .describe(
        "Variables of the container, in addition to those of the image. They are not part of the image or its key.",
      ),
    command: z
      .array(text())
      .min(1)
      .optional()
      .describe("Command of the container, as a list of words. Default: the image's command (run)."),
    volumes: z
      .array(text())
      .optional()
      .describe(
        "Persistent folders of the container: './data:/data', relative to the config file, or the volume 'NAME:/data'; read-only with ':ro'.",
      ),
    probe: Probe.optional().describe(
      "Default: the container is up if it still runs one second after its start.",
    ),
    sync: z
      .array(Sync)
      .optional()
      .describe(
        "Changed files to copy into the running container; changes to other files rebuild the image.",
      ),
  })
  .meta({
    id: "Dev",
    description:
      "Settings of the app's container in `sti watch --run`. They are not part of the image or its key.",
  });

export type WrittenDev = z.output<typeof Dev>;
