// Gets the images of services into the engine, and tells when they are there. A pull that fails is tried again, later each
// time.
import type { ServiceTarget } from "../definition/dev-settings.ts";
import { EngineError } from "../engine/engine-error.ts";
import { inspectWhole } from "../execute/complete-pulls.ts";
import { isEngineGone } from "./describe-ended.ts";
import type { AppOptions } from "./dev-options.ts";

export interface ServiceImages {
  /** From now on these are the services. */
  use(services: readonly ServiceTarget[]): void;
  /** Resolves when no image is being pulled. */
  idle(): Promise<void>;
  /** Resolves when nothing goes on any more. */
  close(): Promise<void>;
}

/** Milliseconds until a failed pull is tried again; twice as long after each further one. */
const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 60_000;

export function createServiceImages({
  clock,
  emit,
  engine,
  newName,
  onEngineLost,
  onImage,
}: Pick<AppOptions, "clock" | "emit" | "engine" | "newName" | "onEngineLost"> & {
  /** Must not throw. */
  readonly onImage: (service: ServiceTarget, imageId: string) => void;
}): ServiceImages {
  let stop = new AbortController();
  const working = new Set<Promise<void>>();

  const obtain = async ({ image, name, pull }: ServiceTarget, signal: AbortSignal): Promise<string> => {
    const present = await inspectWhole(engine(), image.full, { signal });
    if (present !== undefined && pull !== "always") return present.id;
    if (pull === "never") throw new Error(`the engine has no image ${image.short}, and pull is "never"`);
    emit({ type: "container-waiting", at: clock.now(), target: name, reason: `pulls ${image.short}` });
    await engine().pullImage(image.full, { signal });
    const pulled = await inspectWhole(engine(), image.full, { signal });
    if (pulled === undefined) throw new Error(`the engine has no image ${image.short} after its pull`);
    return pulled.id;
  };

  const attempt = async (service: ServiceTarget, failures: number): Promise<void> => {
    const { image, name } = service;
    const { signal } = stop;
    try {
      const id = await obtain(service, signal);
      if (!signal.aborted) onImage(service, id);
    } catch (error) {
      if (signal.aborted) return;
      if (isEngineGone(error)) {
        onEngineLost(error.message);
        return;
      }
      const known = error instanceof EngineError && error.reason.startsWith("pull-");
      const problem = (error as Error).message;
      const restartIn = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
      emit({
        type: "container-failed",
        at: clock.now(),
        target: name,
        container: newName(),
        reason: `could not be started: ${known ? `${image.short} cannot be pulled: ` : ""}${problem}`,
        lastLines: [],
        restartIn,
      });
      const forget = clock.after(restartIn, () => start(service, failures + 1));
      signal.addEventListener("abort", forget, { once: true });
    }
  };
  const start = (service: ServiceTarget, failures: number) => {
    const work = attempt(service, failures).finally(() => working.delete(work));
    working.add(work);
  };
  return {
    use(services) {
      stop.abort();
      stop = new AbortController();
      // Also those that run: their containers may have gone with the engine.
      for (const service of services) start(service, 0);
    },
    idle: async () => void (await Promise.all(working)),
    async close() {
      stop.abort();
      await Promise.all(working);
    },
  };
}
