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
      .describe(
        "Path that is asked for, such as '/health'. Up is: any answer with a status from 200 to 399.",
      ),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("Port inside the container that http asks. Default: the first TCP port of ports."),
    tcp: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("Port inside the container. Up is: it takes a connection and keeps it."),
    timeout: time("30s").optional().describe("How long the container may take until it is up. Default: 30s."),
    interval: time("200ms")
      .optional()
      .describe("How long is waited from one try to the next. Default: 200ms."),
  })
  .meta({ id: "Probe", description: "What decides that a container is up: http or tcp, one of them." });

const Sync = z
  .strictObject({
    from: text().describe("File or folder, relative to the app's source."),
    to: text().describe("Where it lies in the container: an absolute path."),
  })
  .meta({
    id: "Sync",
    description: "Files that are copied into the running container instead of a rebuild.",
  });

export const Dev = z
  .strictObject({
    ports: z
      .array(z.union([text(), z.int().min(1).max(65535)]))
      .optional()
      .describe(
        "Ports that are published: '8080:3000' (host, container), '127.0.0.1:8080:3000/tcp', or '3000' for a free host port, which is shown.",
      ),
    env: variables()
      .optional()
      .describe("Variables of the container, beside those of the image. They are in no image and in no key."),
    command: z
      .array(text())
      .min(1)
      .optional()
      .describe("What the container runs, as a list of words. Default: what the image says (run)."),
    volumes: z
      .array(text())
      .optional()
      .describe(
        "Folders of the container that last: './data:/data', relative to the config file, or 'NAME:/data'; with ':ro' they cannot be written.",
      ),
    probe: Probe.optional().describe("Default: it is up when it still runs one second after its start."),
    sync: z
      .array(Sync)
      .optional()
      .describe("Changed files that are copied into the running container; others make a new image."),
  })
  .meta({
    id: "Dev",
    description: "The app's container in `sti watch --run`. Nothing of it is part of the image or its key.",
  });

export type WrittenDev = z.output<typeof Dev>;
