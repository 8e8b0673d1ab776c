// Settings of containers for `sti watch --run`, of an app or of a service, as the user may write them. resolve-dev.ts
// and resolve-services.ts interpret the texts.
import * as z from "zod";
import { PullPolicy } from "./pull-policy-schema.ts";
import { allowOutside, hostName, targetName, text, VariableValue, variableName } from "./schema-values.ts";

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
    command: z
      .array(text())
      .min(1)
      .optional()
      .describe(
        "Command that is run in the container, as a list of words. The container is up if it ends with exit code 0.",
      ),
    timeout: time("30s").optional().describe("Time limit for the container to come up. Default: 30s."),
    interval: time("200ms").optional().describe("Pause between two tries. Default: 200ms."),
  })
  .meta({
    id: "Probe",
    description: "Probe that decides whether a container is up: one of http, tcp and command.",
  });

const ContainerUrl = z
  .strictObject({
    url: targetName().describe("Name of an app or service whose container is meant."),
    scheme: z
      .string()
      .regex(/^[a-z][a-z0-9+.-]*$/, 'must be a scheme such as "http" or "postgres"')
      .optional()
      .describe("Scheme of the address. Default: http."),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("Port inside that container. Default: the first TCP port of its ports."),
    path: z
      .string()
      .regex(/^\/\S*$/, 'must begin with "/"')
      .optional()
      .describe("Path of the address, with its query. Default: none."),
  })
  .meta({
    id: "ContainerUrl",
    description: "Address by which containers of the same watch reach another app or service.",
  });

const devVariables = () => z.record(variableName(), z.union([VariableValue, ContainerUrl]));

const containerPorts = () => z.array(z.union([text(), z.int().min(1).max(65535)]));

const containerVolumes = () =>
  z
    .array(text())
    .optional()
    .describe(
      "Persistent folders of the container: './data:/data', relative to the config file, or the volume 'NAME:/data'; read-only with ':ro'.",
    );

const inNetwork = {
  dependsOn: z
    .array(targetName())
    .optional()
    .describe("Apps and services that have to be up before the container is started. They are run, too."),
  aliases: z
    .array(hostName())
    .optional()
    .describe("Further host names of the container, beside its own name."),
  network: text()
    .optional()
    .describe("Name of a network of the engine that the container joins as well; it has to be there."),
};

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
    ports: containerPorts()
      .optional()
      .describe(
        "Ports to publish: '8080:3000' (host, container), '127.0.0.1:8080:3000/tcp', or '3000' for a free host port, which is shown. Default: the ports that the image exposes, at free host ports.",
      ),
    env: devVariables()
      .optional()
      .describe(
        "Variables of the container, in addition to those of the image. They are not part of the image or its key.",
      ),
    command: z
      .array(text())
      .min(1)
      .optional()
      .describe("Command of the container, as a list of words. Default: the image's command (run)."),
    volumes: containerVolumes(),
    probe: Probe.optional().describe(
      "Default: the container is up if it still runs one second after its start.",
    ),
    sync: z
      .array(Sync)
      .optional()
      .describe(
        "Changed files to copy into the running container; changes to other files rebuild the image.",
      ),
    ...inNetwork,
  })
  .meta({
    id: "Dev",
    description:
      "Settings of the app's container in `sti watch --run`. They are not part of the image or its key.",
  });

export const Service = z
  .strictObject({
    image: text().describe("Reference of the image to run, which may be the tag of an image entry."),
    pull: PullPolicy.optional().describe("Default: missing."),
    env: devVariables().optional().describe("Variables of the container, in addition to those of the image."),
    command: z
      .array(text())
      .min(1)
      .optional()
      .describe("Command of the container, as a list of words. Default: the image's command."),
    ports: containerPorts()
      .optional()
      .describe("Ports to publish on this machine, as in dev.ports of apps. Default: none."),
    volumes: containerVolumes(),
    probe: Probe.optional().describe(
      "Default: the image's healthcheck; without one, the container is up if it still runs one second after its start.",
    ),
    ...inNetwork,
    allowOutside: allowOutside().optional(),
  })
  .meta({
    id: "Service",
    description: "A container that runs beside the apps in `sti watch --run`, such as a database.",
  });

export type WrittenDev = z.output<typeof Dev>;
export type WrittenService = z.output<typeof Service>;
export type WrittenContainerUrl = z.output<typeof ContainerUrl>;
