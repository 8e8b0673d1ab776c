// One container from its image until it is up, or is known not to come up. app-container.ts decides about the previous
// one.
import type { PortBinding } from "../engine/container.ts";
import { createMask } from "../execute/mask.ts";
import type { OutputLine } from "../execute/split-lines.ts";
import { containerFields } from "./container-fields.ts";
import { describeEnded, describeStartError, exitCodeOf } from "./describe-ended.ts";
import { type ContainerRun, createDevContainer, type DevContainer, type Ended } from "./dev-container.ts";
import type { AppOptions, WantedContainer } from "./dev-options.ts";
import { exposedPorts } from "./exposed-ports.ts";
import { askOnceOf, describeProbe, findProbe } from "./probes.ts";
import type { PublishedPorts } from "./publish-ports.ts";
import { waitUntilUp } from "./wait-until-up.ts";

export type StartedContainer =
  | { readonly kind: "up"; readonly container: DevContainer; readonly run: ContainerRun }
  | {
      readonly kind: "failed";
      readonly container: DevContainer | undefined;
      /** Follows the container: "ended by itself …". */
      readonly reason: string;
      readonly exitCode: number | undefined;
      /** It ran, and ended by itself or was too late: the next one may have more luck. */
      readonly hasCrashed: boolean;
      /** The engine's error, where it is to blame. */
      readonly error?: unknown;
    }
  /** The signal was aborted. */
  | { readonly kind: "given-up"; readonly container: DevContainer | undefined; readonly wasStarted: boolean };

/** Never rejects. The container is there afterwards, running or not, unless none could be made. */
export async function startContainer(
  { imageId, target }: WantedContainer,
  {
    makeRoom,
    name,
    options,
    ports,
    signal,
  }: {
    readonly name: string;
    readonly options: AppOptions;
    readonly ports: PublishedPorts;
    readonly signal: AbortSignal;
    /** Called when the container is made, and before it is started. */
    readonly makeRoom: (bindings: readonly PortBinding[]) => Promise<void>;
  },
): Promise<StartedContainer> {
  const { clock, emit } = options;
  const eventFields = () => containerFields(clock, target, name);
  const print = (line: OutputLine) => emit({ type: "container-output", ...eventFields(), ...line });
  /** Lines that came before the engine had reported the start: they follow its event. */
  let early: OutputLine[] | undefined = [];
  const printEarly = () => {
    const lines = early ?? [];
    early = undefined;
    lines.forEach(print);
  };
  let container: DevContainer | undefined;
  let wasStarted = false;
  try {
    await waitForOthers(target, options, signal);
    const engine = options.engine();
    const bindings = await ports.prepare(target.dev?.ports ?? (await exposedPorts(engine, imageId)));
    container = await createDevContainer(engine, {
      target,
      imageId,
      name,
      network: await options.network.placeOf(target),
      ports: bindings,
      folderOf: options.folderOf,
      mask: createMask(options.secretsOf(target)),
      onLine: (line) => {
        if (early === undefined) print(line);
        else early.push(line);
      },
    });
    signal.throwIfAborted();
    await makeRoom(bindings);
    signal.throwIfAborted();
    const startedAt = clock.now();
    const run = await container.start();
    emit({ type: "container-started", ...eventFields(), imageId, ports: ports.describe(run.ports) });
    wasStarted = true;
    printEarly();
    const probe = await findProbe(target, engine, imageId);
    const question = probe && describeProbe(probe);
    const readiness = await waitUntilUp({
      probe,
      ask:
        probe === undefined
          ? async () => undefined
          : askOnceOf(probe, { id: container.id, ports: run.ports }, options),
      clock,
      ended: run.ended,
      onProblem: (problem) => {
        if (question !== undefined) emit({ type: "container-probed", ...eventFields(), question, problem });
      },
      signal,
    });
    if (readiness.kind === "late")
      return { ...readiness, kind: "failed", container, exitCode: undefined, hasCrashed: true };
    if (readiness.kind === "ended") {
      const { ended } = readiness;
      const error = ended.kind === "lost" ? ended.error : undefined;
      const failure = { reason: describeEnded(ended), exitCode: exitCodeOf(ended), error };
      return { kind: "failed", container, ...failure, hasCrashed: isCrash(ended) };
    }
    const duration = clock.now() - startedAt;
    emit({ type: "container-up", ...eventFields(), duration, question });
    return { kind: "up", container, run };
  } catch (error) {
    if (signal.aborted) return { kind: "given-up", container, wasStarted };
    const reason = describeStartError(error);
    return { kind: "failed", container, reason, exitCode: undefined, hasCrashed: false, error };
  } finally {
    printEarly();
  }
}

/** Whether it ended by itself, and not well. */
export function isCrash(ended: Ended): boolean {
  return ended.kind === "exited" && ended.exitCode !== 0 && ended.fromOutside === undefined;
}

async function waitForOthers(
  { dev, name }: WantedContainer["target"],
  { clock, emit, order }: Pick<AppOptions, "clock" | "emit" | "order">,
  signal: AbortSignal,
): Promise<void> {
  const others = dev?.dependsOn ?? [];
  const missing = order.missing(others);
  if (missing.length === 0) return;
  const reason = `waits for ${missing.join(", ")}`;
  emit({ type: "container-waiting", at: clock.now(), target: name, reason });
  await order.waitFor(others, signal);
}
