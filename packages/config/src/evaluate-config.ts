// Evaluates a code config in a thread of its own and returns its result, which is interpreted elsewhere.
import { takeConfigThread } from "./config-thread.ts";
import type { ConfigInputs, EvaluationMessage, EvaluationRequest } from "./evaluation-worker.ts";

/** Limit of the thread for finding out what a value follows from, milliseconds: the config's own code may be in its way. */
const INPUTS_LIMIT = 1_000;

export interface EvaluateConfigOptions extends EvaluationRequest {
  readonly timeoutMs: number;
  readonly onOutput: (text: string) => void;
}

type Result = Exclude<EvaluationMessage, { kind: "output" | "inputs" }>;

export type Evaluation =
  | (Result & { readonly kind: "value"; readonly inputs: Promise<ConfigInputs | undefined> })
  | Exclude<Result, { kind: "value" }>
  | { readonly kind: "timeout" }
  | { readonly kind: "exited"; readonly exitCode: number };

export async function evaluateConfig(options: EvaluateConfigOptions): Promise<Evaluation> {
  const { context, file, timeoutMs, onOutput } = options;
  const worker = takeConfigThread();
  const result = Promise.withResolvers<Exclude<Evaluation, { kind: "value" }> | Result>();
  const inputs = Promise.withResolvers<ConfigInputs | undefined>();
  let isDone = false;
  const timer = setTimeout(() => result.resolve({ kind: "timeout" }), timeoutMs);
  worker.on("message", (message: EvaluationMessage) => {
    if (message.kind === "inputs") inputs.resolve(message.inputs);
    else if (message.kind !== "output") result.resolve(message);
    else if (!isDone) onOutput(message.text);
  });
  // Reached when the thread itself cannot go on: it has no memory left, say.
  worker.on("error", (error) => {
    result.resolve({ kind: "threw", files: [file], thrown: describe(error) });
    inputs.resolve(undefined);
  });
  worker.on("exit", (exitCode) => {
    result.resolve({ kind: "exited", exitCode });
    inputs.resolve(undefined);
  });
  const request: EvaluationRequest = { file, context };
  worker.postMessage(request);
  const found = await result.promise;
  isDone = true;
  clearTimeout(timer);
  if (found.kind !== "value") {
    // Nobody waits for its end.
    void worker.terminate();
    return found;
  }
  const limit = setTimeout(() => inputs.resolve(undefined), INPUTS_LIMIT);
  const ended = inputs.promise.finally(() => {
    clearTimeout(limit);
    void worker.terminate();
  });
  return { ...found, inputs: ended };
}

function describe(error: unknown) {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}
