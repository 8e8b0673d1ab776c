// Runs one step of a plan against the engine. Decides nothing. Calls that make or name something take no signal:
// without waiting for the reply, the result would be unknown, and left behind. They are short; long calls can be
// aborted.
import type { OnOutput } from "../engine/call.ts";
import type { ExitStatus, Mount } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageBuild } from "../engine/image.ts";
import { FOLDER } from "../plan/app-build.ts";
import { SESSION_VOLUMES } from "../plan/container-method.ts";
import { LABEL, revisionLabels } from "../plan/labels.ts";
import { writeSecretInput } from "../plan/secret-input.ts";
import { CACHE_FOLDER, CACHE_TREE, CHECK_FILE, checkScript } from "../plan/source-check.ts";
import type {
  ImageStage,
  PlannedBase,
  PlannedChanges,
  PlannedContainer,
  PlannedMount,
  Stage,
  Step,
} from "../plan/step.ts";
import { ARTIFACTS_MARK } from "../plan/unpack-artifacts.ts";
import type { ArchivePart, Checkout, Sources } from "../source/source.ts";
import { fillSourceCache } from "./fill-source-cache.ts";
import type { TargetResources } from "./target-resources.ts";
import { within } from "./within.ts";

export interface StepContext {
  readonly engine: Engine;
  readonly sources: Sources;
  readonly signal: AbortSignal;
  /** Seconds since 1970, for every sent file. */
  readonly time: number;
  readonly resources: TargetResources;
  /** A new name for a container or volume at each call, which shows the owner. */
  readonly newName: () => string;
  readonly onOutput: OnOutput;
  /** Values of the target's secrets, by name. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  /** The target's name. */
  readonly target: string;
  /** The origin of the source, for committed images. */
  readonly checkout: () => Promise<Checkout | undefined>;
  /** Writes down that an image loses its tag, before it does. */
  readonly noteReplaced: (id: string) => Promise<void>;
  readonly noteTagged: (id: string) => void;
  /** Records a source cache. */
  readonly remember: (step: Extract<Step, { kind: "keep-source" }>, base: PlannedBase) => Promise<void>;
}

/** A script ended with an exit code other than 0. */
export class ScriptFailedError extends Error {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly fromOutside: ExitStatus["fromOutside"];
  /** Whether it had printed anything. */
  readonly hasPrinted: boolean;
  /** Whether its last line is about the artifacts that its container gets. */
  readonly blamesArtifacts: boolean;
  constructor(
    { exitCode, fromOutside, outOfMemory }: ExitStatus,
    printed: { readonly hasPrinted: boolean; readonly blamesArtifacts?: boolean },
  ) {
    super(`exit code ${exitCode}`);
    this.name = "ScriptFailedError";
    this.exitCode = exitCode;
    this.outOfMemory = outOfMemory;
    this.fromOutside = fromOutside;
    this.hasPrinted = printed.hasPrinted;
    this.blamesArtifacts = printed.blamesArtifacts ?? false;
  }
}

/** Characters of the end of an output that are kept: more than any line of sti's own has. */
const LONGEST_LINE = 4096;

export async function runStep(step: Step, context: StepContext): Promise<void> {
  const { engine, resources, signal, sources, time } = context;
  switch (step.kind) {
    case "build-image": {
      const build: ImageBuild = {
        context: sources.pack(
          [...step.parts, ...nonceParts(step, context), dockerfilePart(step.dockerfile)],
          {
            time,
          },
        ),
        dockerfile: step.dockerfile.path,
        buildArgs: step.buildArgs,
        labels: step.labels,
        target: step.dockerfileStage,
        noCache: step.noCache,
        keepsSteps: step.keepsSteps,
        network: step.network,
        hosts: step.hosts,
        secrets: new Map([...(valuesOf(step.secrets, context) ?? []), ...(step.served ?? [])]),
        onOutput: context.onOutput,
      };
      const id = await within(step.timeout, signal, (cut) => engine.buildImage(build, { signal: cut }));
      resources.images.set(step.stage, id);
      return;
    }
    case "create-container": {
      // It may have been created ahead.
      if (resources.containers.has(step.stage)) return;
      resources.containers.set(step.stage, await createPlannedContainer(step.spec, context));
      return;
    }
    case "keep-source": {
      const remember = (base: PlannedBase) => context.remember(step, base);
      resources.filledCache = await fillSourceCache(step, { ...context, remember });
      return;
    }
    case "upload-source": {
      const parts =
        step.changes === undefined ? step.parts : [...step.parts, checkPart(step.changes, resources)];
      const archive = sources.pack(parts, { time });
      await engine.uploadArchive(containerOf(step.stage, resources), archive, { signal });
      return;
    }
    case "run-script": {
      const container = containerOf(step.stage, resources);
      const values = valuesOf(step.secrets, context);
      const waiting = resources.waiting?.stage === step.stage ? resources.waiting.container : undefined;
      let hasPrinted = false;
      let end = "";
      const decoder = new TextDecoder();
      const onOutput: OnOutput = (chunk) => {
        hasPrinted = true;
        if (step.receivesArtifacts === true && chunk.stream === "stderr") {
          end = (end + decoder.decode(chunk.bytes, { stream: true })).slice(-LONGEST_LINE);
        }
        context.onOutput(chunk);
      };
      const status = await within(step.timeout, signal, (cut) =>
        waiting === undefined
          ? engine.runContainer(container, {
              signal: cut,
              onOutput,
              input: values && writeSecretInput(values),
            })
          : waiting.go({ signal: cut, onOutput, input: writeSecretInput(values ?? new Map()) }),
      );
      if (status.exitCode !== 0) {
        const blamesArtifacts = end.split("\n").at(-2)?.startsWith(ARTIFACTS_MARK) === true;
        throw new ScriptFailedError(status, { hasPrinted, blamesArtifacts });
      }
      return;
    }
    case "commit-container": {
      const container = containerOf(step.stage, resources);
      const labels = { ...revisionLabels(await context.checkout(), step.labelNames), ...step.config.labels };
      resources.images.set(step.stage, await engine.commitContainer(container, { ...step.config, labels }));
      return;
    }
    case "tag-image": {
      const id = imageOf(step.stage, resources);
      // Asked now: another session may have moved the tag since this one began.
      const present = await engine.inspectImage(step.reference);
      if (present !== undefined && present.id !== id) await context.noteReplaced(present.id);
      await engine.tagImage(id, step.reference, { isHeld: present?.id === id });
      context.noteTagged(id);
      resources.tagged.add(step.stage);
      return;
    }
    default:
      step satisfies never;
  }
}

/** The same for all builds of a target in a session: the next one takes results of the last from the cache. */
function nonceParts(
  { nonce }: Extract<Step, { kind: "build-image" }>,
  { newName, resources }: StepContext,
): readonly ArchivePart[] {
  if (nonce === undefined) return [];
  resources.nonce ??= newName();
  const owner = { uid: 0, gid: 0 };
  return [{ kind: "file", path: nonce, content: `${resources.nonce}\n`, mode: 0o444, owner }];
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

/** Proves the source cache, before anything else of the build runs. */
function checkPart(changes: PlannedChanges, resources: TargetResources): ArchivePart {
  const content = checkScript(baseOf(changes.base, resources).sealedAt, changes);
  return { kind: "file", path: CHECK_FILE.slice(1), content, mode: 0o444, owner: { uid: 0, gid: 0 } };
}

function baseOf(base: PlannedBase | undefined, { filledCache }: TargetResources): PlannedBase {
  const found = base ?? filledCache;
  if (found === undefined) throw new Error("no source was kept");
  return found;
}

/** The context in which a container is created. */
type CreationContext = Pick<StepContext, "engine" | "newName" | "resources">;

/** Gives the container its name, and the plan's volumes names of this session. Resolves to its id. */
export async function createPlannedContainer(
  spec: PlannedContainer,
  context: CreationContext,
): Promise<string> {
  const mounts: Mount[] = [];
  for (const mount of spec.mounts) {
    if (mount.kind === "source-cache") mounts.push(...(await mountSourceCache(mount, context)));
    else if (mount.kind === "own-volume") mounts.push(nameOwn(mount, context));
    else mounts.push(mount.kind === "volume" ? nameVolume(mount, context) : mount);
  }
  return await context.engine.createContainer({ ...spec, name: context.newName(), mounts });
}

function nameVolume(mount: Extract<Mount, { kind: "volume" }>, context: CreationContext): Mount {
  const slot = SESSION_VOLUMES.find((name) => name === mount.name);
  return slot === undefined ? mount : { ...mount, name: nameOf(slot, context), labels: OF_SESSION };
}

function nameOf(slot: (typeof SESSION_VOLUMES)[number], { newName, resources }: CreationContext): string {
  const name = resources.volumes.get(slot) ?? newName();
  resources.volumes.set(slot, name);
  return name;
}

/** A volume that no other container gets. */
function nameOwn(
  { target }: Extract<PlannedMount, { kind: "own-volume" }>,
  { newName, resources }: CreationContext,
): Mount {
  const name = newName();
  resources.volumes.set(name, name);
  return { kind: "volume", name, target, labels: OF_SESSION };
}

const OF_SESSION = { [LABEL.managed]: "1" };

/**
 * An overlay over the source cache, whose changes are in volumes of this build alone. The container has all three
 * volumes themselves, too, for an engine removes, and prunes, volumes without a container.
 */
async function mountSourceCache(
  mount: Extract<PlannedMount, { kind: "source-cache" }>,
  context: CreationContext,
): Promise<readonly Mount[]> {
  const base = baseOf(mount.base, context.resources);
  const [upper, work] = await Promise.all(
    (["upper", "work"] as const).map((slot) =>
      context.engine.createVolume(nameOf(slot, context), OF_SESSION),
    ),
  );
  if (upper === undefined || work === undefined) throw new Error("no folders for an overlay");
  const held = (name: string, folder: string): Mount => ({
    kind: "volume",
    name,
    target: `${FOLDER.buildOnly}/${folder}`,
    readOnly: true,
    labels: OF_SESSION,
  });
  return [
    {
      kind: "overlay",
      name: nameOf("overlay", context),
      labels: OF_SESSION,
      target: mount.target,
      lower: `${base.folder}/${CACHE_TREE}`,
      upper: upper.folder,
      work: work.folder,
    },
    { kind: "volume", name: base.volume, target: CACHE_FOLDER, readOnly: true, labels: mount.labels },
    held(upper.name, "upper"),
    held(work.name, "work"),
  ];
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

function containerOf(stage: Stage, resources: TargetResources): string {
  const id = resources.containers.get(stage);
  if (id === undefined) throw new Error(`no container for the ${stage} stage`);
  return id;
}

function imageOf(stage: ImageStage, resources: TargetResources): string {
  const id = resources.images.get(stage);
  if (id === undefined) throw new Error(`no image of the ${stage} stage`);
  return id;
}
