// One container from its image until it is up, or is known not to come up. app-container.ts decides about the previous
// one.
import type { PortBinding } from "../engine/container.ts";
import { createMask } from "../execute/mask.ts";
import { describeEnded, describeStartError, exitCodeOf, findTcpPort } from "./describe-ended.ts";
import { type ContainerRun, createDevContainer, type DevContainer } from "./dev-container.ts";
import type { DevOptions, WantedContainer } from "./dev-options.ts";
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
    readonly options: DevOptions;
    readonly ports: PublishedPorts;
    readonly signal: AbortSignal;
    /** Called when the container is made, and before it is started. */
    readonly makeRoom: (bindings: readonly PortBinding[]) => Promise<void>;
  },
): Promise<StartedContainer> {
  const { clock, emit } = options;
  let container: DevContainer | undefined;
  let wasStarted = false;
  try {
    const bindings = await ports.prepare(target.dev?.ports ?? []);
    container = await createDevContainer(options.engine(), {
      target,
      imageId,
      name,
      ports: bindings,
      folderOf: options.folderOf,
      mask: createMask(options.secretsOf(target)),
      onLine: (line) =>
        emit({ type: "container-output", at: clock.now(), target: target.name, container: name, ...line }),
    });
    signal.throwIfAborted();
    await makeRoom(bindings);
    signal.throwIfAborted();
    const startedAt = clock.now();
    const run = await container.start();
    emit({
      type: "container-started",
      at: clock.now(),
      target: target.name,
      container: name,
      imageId,
      ports: ports.describe(run.ports),
    });
    wasStarted = true;
    const probe = target.dev?.probe;
    const asked = findTcpPort(run.ports, probe?.port);
    const readiness = await waitUntilUp({
      probe,
      address: asked === undefined ? undefined : options.addressOf(asked),
      ask: options.ask,
      clock,
      ended: run.ended,
      signal,
    });
    if (readiness.kind === "late") return { ...readiness, kind: "failed", container, exitCode: undefined };
    if (readiness.kind === "ended") {
      const { ended } = readiness;
      const error = ended.kind === "lost" ? ended.error : undefined;
      return { kind: "failed", container, reason: describeEnded(ended), exitCode: exitCodeOf(ended), error };
    }
    const duration = clock.now() - startedAt;
    emit({ type: "container-up", at: clock.now(), target: target.name, container: name, duration });
    return { kind: "up", container, run };
  } catch (error) {
    if (signal.aborted) return { kind: "given-up", container, wasStarted };
    return { kind: "failed", container, reason: describeStartError(error), exitCode: undefined, error };
  }
}
