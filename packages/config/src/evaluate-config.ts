// Evaluates a code config in a thread of its own and returns its result, which is interpreted elsewhere.
import { takeConfigThread } from "./config-thread.ts";
import type { EvaluationMessage, EvaluationRequest } from "./evaluation-worker.ts";

export interface EvaluateConfigOptions extends EvaluationRequest {
  readonly timeoutMs: number;
  readonly onOutput: (text: string) => void;
}

export type Evaluation =
  | Exclude<EvaluationMessage, { kind: "output" }>
  | { readonly kind: "timeout" }
  | { readonly kind: "exited"; readonly exitCode: number };

export async function evaluateConfig(options: EvaluateConfigOptions): Promise<Evaluation> {
  const { context, file, timeoutMs, onOutput } = options;
  const worker = takeConfigThread();
  const { promise, resolve } = Promise.withResolvers<Evaluation>();
  const timer = setTimeout(() => resolve({ kind: "timeout" }), timeoutMs);
  worker.on("message", (message: EvaluationMessage) => {
    if (message.kind === "output") onOutput(message.text);
    else resolve(message);
  });
  // Reached when the thread itself cannot go on: it has no memory left, say.
  worker.on("error", (error) => resolve({ kind: "threw", files: [file], thrown: describe(error) }));
  worker.on("exit", (exitCode) => resolve({ kind: "exited", exitCode }));
  const request: EvaluationRequest = { file, context };
  worker.postMessage(request);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    // Later messages are ignored, and nobody waits for its end.
    worker.removeAllListeners("message");
    void worker.terminate();
  }
}

function describe(error: unknown) {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}
