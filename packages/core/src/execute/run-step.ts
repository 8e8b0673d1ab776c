// Runs one step of a plan against the engine. Decides nothing: what to do is in the step.
// Calls that make or name something take no signal: a reply that is not waited for would leave it unknown, and
// behind. They are short; what can last long can be aborted.
import type { ContainerSpec, Engine, ImageBuild, Mount, OnOutput } from "../engine.ts";
import { SESSION_VOLUMES } from "../plan/container-method.ts";
import { LABEL } from "../plan/labels.ts";
import { writeSecretInput } from "../plan/secret-input.ts";
import type { Half, MadeHalf, Step } from "../plan/step.ts";
import type { ArchivePart, Sources } from "../source.ts";
import type { TargetResources } from "./target-resources.ts";

export interface StepContext {
  readonly engine: Engine;
  readonly sources: Sources;
  readonly signal: AbortSignal;
  /** Seconds since 1970, for every sent file. */
  readonly time: number;
  readonly resources: TargetResources;
  /** A name that tells whose a container or volume is; a new one at each call. */
  readonly newName: () => string;
  readonly onOutput: OnOutput;
  /** Values of the target's secrets, by name. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
}

/** A script ended with an exit code other than 0. */
export class ScriptFailedError extends Error {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  constructor(exitCode: number, outOfMemory: boolean) {
    super(`exit code ${exitCode}`);
    this.name = "ScriptFailedError";
    this.exitCode = exitCode;
    this.outOfMemory = outOfMemory;
  }
}

/** A step took longer than it may. */
export class TimedOutError extends Error {
  /** Seconds. */
  readonly limit: number;
  constructor(limit: number) {
    super(`took longer than ${limit} s`);
    this.name = "TimedOutError";
    this.limit = limit;
  }
}

export async function runStep(step: Step, context: StepContext): Promise<void> {
  const { engine, resources, signal, sources, time } = context;
  switch (step.kind) {
    case "build-image": {
      const build: ImageBuild = {
        context: sources.pack([...step.parts, dockerfilePart(step.dockerfile)], { time }),
        dockerfile: step.dockerfile.path,
        buildArgs: step.buildArgs,
        labels: step.labels,
        target: step.stage,
        noCache: step.noCache,
        network: step.network,
        hosts: step.hosts,
        secrets: valuesOf(step.secrets, context),
        onOutput: context.onOutput,
      };
      const id = await within(step.timeout, signal, (cut) => engine.buildImage(build, { signal: cut }));
      resources.images.set(step.half, id);
      return;
    }
    case "create-container": {
      const spec = nameResources(step.spec, context);
      resources.containers.set(step.half, await engine.createContainer(spec));
      return;
    }
    case "upload-source":
      await engine.uploadArchive(containerOf(step.half, resources), sources.pack(step.parts, { time }), {
        signal,
      });
      return;
    case "run-script": {
      const container = containerOf(step.half, resources);
      const values = valuesOf(step.secrets, context);
      const input = values === undefined ? undefined : writeSecretInput(values);
      const { onOutput } = context;
      const status = await within(step.timeout, signal, (cut) =>
        engine.runContainer(container, { signal: cut, onOutput, input }),
      );
      if (status.exitCode !== 0) throw new ScriptFailedError(status.exitCode, status.outOfMemory);
      return;
    }
    case "commit-container": {
      const container = containerOf(step.half, resources);
      resources.images.set(step.half, await engine.commitContainer(container, step.config));
      return;
    }
    case "tag-image":
      await engine.tagImage(imageOf(step.half, resources), step.reference);
      resources.tagged.add(step.half);
      return;
    default:
      step satisfies never;
  }
}

/** Ends the work with TimedOutError when its seconds are over; the engine stops what it was doing. */
async function within<Value>(
  limit: number | undefined,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  if (limit === undefined) return await work(signal);
  const clock = AbortSignal.timeout(limit * 1000);
  try {
    return await work(AbortSignal.any([signal, clock]));
  } catch (error) {
    throw clock.aborted && !signal.aborted ? new TimedOutError(limit) : error;
  }
}

/** The Dockerfile goes last, so that a stream that was cut short has none and cannot build. */
function dockerfilePart(dockerfile: { readonly path: string; readonly text: string }): ArchivePart {
  return {
    kind: "file",
    path: dockerfile.path,
    content: dockerfile.text,
    mode: 0o644,
    owner: { uid: 0, gid: 0 },
  };
}

/** Gives the container its name, and the plan's volumes names of this session. */
function nameResources(spec: Omit<ContainerSpec, "name">, context: StepContext): ContainerSpec {
  const mounts = spec.mounts.map((mount): Mount => {
    const slot = mount.kind === "volume" ? SESSION_VOLUMES.find((name) => name === mount.name) : undefined;
    if (slot === undefined || mount.kind !== "volume") return mount;
    const name = context.resources.volumes.get(slot) ?? context.newName();
    context.resources.volumes.set(slot, name);
    return { ...mount, name, labels: { [LABEL.managed]: "1" } };
  });
  return { ...spec, name: context.newName(), mounts };
}

function valuesOf(
  names: readonly string[],
  { secrets }: StepContext,
): ReadonlyMap<string, Uint8Array> | undefined {
  if (names.length === 0) return undefined;
  return new Map(
    names.map((name) => {
      const value = secrets.get(name);
      if (value === undefined) throw new Error(`no value for the secret ${name}`);
      return [name, value];
    }),
  );
}

function containerOf(half: Half, resources: TargetResources): string {
  const id = resources.containers.get(half);
  if (id === undefined) throw new Error(`no container for the ${half} half`);
  return id;
}

function imageOf(half: MadeHalf, resources: TargetResources): string {
  const id = resources.images.get(half);
  if (id === undefined) throw new Error(`no image of the ${half} half`);
  return id;
}
