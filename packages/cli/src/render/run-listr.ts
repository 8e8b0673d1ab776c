// listr2 runs the session's targets as its tasks; the order of work is the session's, the drawing is our renderer's.
// The only file that loads listr2, and only when something is run.
import type { TargetFinished } from "@sti/core";
import type { Renderer } from "./renderer.ts";

export interface ListrRun {
  /** By name. */
  readonly targets: readonly string[];
  /** Resolves when the target has ended in any way; rejects only for a defect. */
  readonly targetFinished: (name: string) => Promise<TargetFinished>;
  /** Gets its events from the session; listr2 only opens and closes it. */
  readonly renderer: Renderer;
}

/** Resolves when every target has finished; rejects as `targetFinished` does. */
export async function runTasks({ targets, targetFinished, renderer }: ListrRun): Promise<void> {
  const { Listr } = await import("listr2");
  const defects: unknown[] = [];
  const finish = async (name: string) => {
    try {
      return await targetFinished(name);
    } catch (error) {
      defects.push(error);
      throw error;
    }
  };
  const list = new Listr(
    targets.map((target) => ({
      title: target,
      task: async (_context: unknown, task: { skip(message: string): unknown }) => {
        const finished = await finish(target);
        if (finished.outcome === "skipped" || finished.outcome === "cancelled") task.skip(finished.reason);
        if (finished.outcome === "failed") throw new TargetFailed(finished);
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: rendererClassAround(renderer),
    },
  );
  await list.run();
  if (defects.length === 1) throw defects[0];
  if (defects.length > 1) throw new AggregateError(defects, "several targets ended in a defect");
}

/** Marks a task as failed for listr2; the event contains the details. */
class TargetFailed extends Error {
  constructor(finished: TargetFinished) {
    super(`${finished.target}: ${finished.reason}`);
    this.name = "TargetFailed";
  }
}

function rendererClassAround(renderer: Renderer) {
  return class SessionRenderer {
    /** Ours choose for themselves what suits the stream. */
    static nonTTY = true;
    static rendererOptions: Record<PropertyKey, unknown> = {};
    static rendererTaskOptions: Record<PropertyKey, unknown> = {};
    render(): void {
      renderer.open();
    }
    /** The session may print more; the caller closes the renderer. */
    end(): void {}
  };
}
