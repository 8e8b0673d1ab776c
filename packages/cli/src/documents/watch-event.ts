// Schemas of the events of `sti watch`, beside those of every session.
import * as z from "zod";
import { eventOf, sessionContainers, sessionTarget, stream } from "./event-fields.ts";
import { failure } from "./failure.ts";
import { amount, count, flag, targetName as target, text, texts } from "./fields.ts";

const container = text("Name of the container.");

const question = text("Request or command of the probe, such as `GET /health on port 8080`.");

const boundPort = z.object({
  port: count("Port inside the container."),
  protocol: z.enum(["tcp", "udp"]).describe("Protocol of the port."),
  hostPort: count("Port of the engine's machine."),
  hostIp: text("Address of the engine's machine; `0.0.0.0` or `::` for all addresses."),
});

export const watchEvents = [
  eventOf(
    "files-changed",
    "Sources of targets changed on disk. Their content may still equal the built one.",
    {
      targets: texts("Names of the affected targets."),
      paths: texts("The first of the changed paths, sorted; relative to the config's folder."),
      count: count("Number of all changed paths."),
    },
  ),
  eventOf("watch-settled", "The watch is idle: nothing runs or waits to run.", {
    duration: amount("Milliseconds since the first change that led to it."),
    changed: texts("Targets with new images since the watch was idle last, dependencies first."),
    failed: texts("Targets whose last build failed, also those that failed before."),
  }),
  eventOf(
    "target-paused",
    "A path keeps changing during the builds of its target; its changes are held back.",
    {
      target,
      path: text("The path, relative to the config's folder."),
      builds: count("Number of builds that it caused in the last minute."),
      quiet: amount("Milliseconds without a change after which the path counts again."),
    },
  ),
  eventOf("config-reloaded", "The config changed, and the new one is in effect.", {
    added: texts("Names of the new targets."),
    removed: texts("Names of the removed targets."),
    changed: texts("Names of the targets whose definition changed."),
    targets: z.array(sessionTarget).describe("All targets now, dependencies first."),
    containers: sessionContainers.optional(),
  }),
  eventOf("config-broken", "The config is invalid; the last valid one stays in effect.", {
    failures: z.array(failure).describe("Problems of the config."),
  }),
  eventOf("engine-lost", "The engine does not answer; everything waits for it.", {
    message: text("The engine's error, for people."),
  }),
  eventOf("engine-back", "The engine answers again; everything is checked.", {
    duration: amount("Milliseconds without the engine."),
  }),
  eventOf("command-started", "The command of `--exec` begins.", {
    command: text("The command line."),
    changed: texts("Targets with new images since the command ran last, in no particular order."),
  }),
  eventOf("command-output", "The command of `--exec` printed a line.", {
    stream,
    text: text("The line without its line end."),
  }),
  eventOf("command-finished", "The command of `--exec` ended, or could not be started.", {
    duration: amount("Milliseconds."),
    exitCode: count("Its exit code; missing if a signal ended it or it never started.").optional(),
    signal: text("Signal that ended it: `SIGTERM`.").optional(),
    message: text("Reason why it could not be started.").optional(),
  }),
  eventOf("container-waiting", "A container is not started yet.", {
    target,
    reason: text("What it waits for, for people: `waits for db`, `pulls postgres:17`."),
  }),
  eventOf("container-started", "A container of an app or a service was started.", {
    target,
    container,
    imageId: text("Id of its image, `sha256:…`."),
    ports: z.array(boundPort).describe("Published ports."),
  }),
  eventOf(
    "container-probed",
    "A container that is starting does not answer its probe yet, for a new reason.",
    {
      target,
      container,
      question,
      problem: text("Reason, such as `status 503`."),
    },
  ),
  eventOf(
    "container-up",
    "A container answers its probe or has none; it is now the container of its app or service.",
    {
      target,
      container,
      duration: amount("Milliseconds since its start."),
      question: question.optional(),
    },
  ),
  eventOf("container-stopped", "sti stopped and removed a container.", {
    target,
    container,
    isHalted: flag("Whether a user stopped it, who may start another one; missing otherwise.").optional(),
  }),
  eventOf("container-failed", "A container ended by itself, or did not come up in time.", {
    target,
    container,
    reason: text("Reason for people, to follow the container's name: `ended by itself with exit code 1`."),
    exitCode: count("Its exit code; missing if it runs.").optional(),
    lastLines: texts("The last lines that it printed."),
    remaining: text(
      "Name of the earlier container, which stays in use; missing if there is none.",
    ).optional(),
    restartIn: amount("Milliseconds until another one is started; missing if none is.").optional(),
  }),
  eventOf("container-output", "A container printed a line.", {
    target,
    container,
    stream,
    text: text("The line without its line end."),
  }),
  eventOf("files-synced", "Files were copied into a running container instead of a build.", {
    target,
    container,
    paths: texts("The first of the copied paths, sorted; relative to the source."),
    count: count("Number of all files, removed ones included."),
    duration: amount("Milliseconds."),
  }),
] as const;
