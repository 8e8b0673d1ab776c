// Runs the steps of an app up to the prepare that fails, or the last one, in containers that are held open.
import type { OnOutput } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { commandInside, HELD_OPEN, holdOpen } from "../plan/script-command.ts";
import { writeSecretInput } from "../plan/secret-input.ts";
import type { Stage, Step } from "../plan/step.ts";
import type { Mask } from "./mask.ts";
import { runStep, type StepContext } from "./run-step.ts";
import type { TargetContext } from "./run-target.ts";
import { StepError } from "./step-error.ts";
import { createTargetResources, removeResources } from "./target-resources.ts";
import { TimedOutError, within } from "./within.ts";

/** An open container. */
export interface DebugVisit {
  readonly engine: Engine;
  readonly container: string;
  /** For people. */
  readonly image: string;
  readonly script: string;
  /** Undefined where the script has not run. */
  readonly outcome: DebugOutcome | undefined;
  readonly mask: Mask;
}

/** `limit`: seconds after which the script still ran. It runs on. */
export type DebugOutcome = { readonly exitCode: number } | { readonly limit: number };

export type DebugVisitor = (visit: DebugVisit) => Promise<number>;

export interface DebugPlace extends Pick<TargetContext, "ledger" | "newName" | "session" | "signal"> {
  readonly mask: Mask;
  /** The target's name. */
  readonly target: string;
  readonly onOutput: OnOutput;
}

export interface DebugSteps {
  readonly fresh: boolean;
  readonly visit: DebugVisitor;
  readonly warn: (message: string) => void;
  /** Passes on output that waits for more. */
  readonly flush: () => void;
}

type ScriptStep = Extract<Step, { kind: "run-script" }>;

/** Resolves to the exit code of the visit. Rejects with StepError, or the signal's reason. */
export async function debugSteps(
  steps: readonly Step[],
  place: DebugPlace,
  options: DebugSteps,
): Promise<number> {
  const { session, signal } = place;
  const resources = createTargetResources();
  const commands = new Map<Stage, readonly string[]>();
  const context = contextOfSteps(place, resources);
  try {
    for (const step of steps) {
      signal.throwIfAborted();
      try {
        if (step.kind === "run-script" && isPrepare(step)) {
          const container = resources.containers.get(step.stage) as string;
          await openContainer(container, step, context);
          const command = commands.get(step.stage) ?? [];
          const outcome = options.fresh ? undefined : await runPrepare(container, { command, step }, place);
          options.flush();
          const isDone = outcome !== undefined && "exitCode" in outcome && outcome.exitCode === 0;
          if (!isDone || step === steps.findLast(isPrepare)) {
            const { image, script } = step;
            const { mask } = place;
            return await options.visit({ engine: session.engine, container, image, script, outcome, mask });
          }
        } else if (step.kind === "create-container" && step.stage !== "artifacts") {
          commands.set(step.stage, commandInside(step.spec, step.received));
          await runStep({ ...step, spec: holdOpen(step.spec, step.received) }, context);
        } else if (step.kind !== "commit-container" && step.kind !== "tag-image") {
          await runStep(step, context);
        }
      } catch (error) {
        if (signal.aborted) throw error;
        throw new StepError(step, error);
      }
    }
    throw new Error("no step runs a script");
  } finally {
    options.flush();
    for (const error of await removeResources(session.engine, resources)) {
      options.warn(`leftovers remain, run sti clean to remove them: ${(error as Error).message}`);
    }
  }
}

function isPrepare(step: Step): step is ScriptStep {
  return step.kind === "run-script" && step.stage !== "artifacts";
}

/** The time limit is that of the script; the engine has no call that ends a command. */
async function runPrepare(
  container: string,
  { command, step }: { readonly command: readonly string[]; readonly step: ScriptStep },
  { onOutput, session, signal }: DebugPlace,
): Promise<DebugOutcome> {
  try {
    const exitCode = await within(step.timeout, signal, (cut) =>
      session.engine.runCommand(container, { command, signal: cut, onOutput }),
    );
    return { exitCode };
  } catch (error) {
    if (!(error instanceof TimedOutError)) throw error;
    return { limit: error.limit };
  }
}

/** Resolves when the container has its secrets. It runs until it is removed, or until this process is gone. */
async function openContainer(container: string, step: ScriptStep, context: StepContext): Promise<void> {
  const { engine, secrets, signal } = context;
  const ready = Promise.withResolvers<"ready">();
  let printed = "";
  const decoder = new TextDecoder();
  const values = new Map(step.secrets.map((name) => [name, secrets.get(name) ?? new Uint8Array()]));
  const ended = engine.runContainer(container, {
    signal,
    input: writeSecretInput(values),
    onOutput: ({ bytes }) => {
      printed += decoder.decode(bytes, { stream: true });
      if (printed.includes(HELD_OPEN)) ready.resolve("ready");
    },
  });
  const first = await Promise.race([ready.promise, ended]);
  // It ends when it is removed; a failure of the connection is that of the visit, too.
  ended.catch(() => {});
  if (first === "ready") return;
  const message = `the container ended with ${first.exitCode}: ${printed.trim()}`;
  throw new EngineError({ reason: "other", operation: "open container", message });
}

function contextOfSteps(
  { ledger, newName, onOutput, session, signal, target }: DebugPlace,
  resources: StepContext["resources"],
): StepContext {
  const { engine, flags, sources } = session;
  return {
    engine,
    sources,
    signal,
    time: flags.time,
    resources,
    newName,
    onOutput,
    secrets: session.secrets.get(target) ?? new Map(),
    target,
    checkout: async () => undefined,
    noteReplaced: (id) => ledger.noteReplaced({ id, target }),
    noteTagged: () => {},
    remember: async () => {},
  };
}
