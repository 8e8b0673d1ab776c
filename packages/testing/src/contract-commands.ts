// The engine contract's cases about commands beside the main process of a container.
import type { EngineDescription } from "@sti/core";
import { expect, test } from "vitest";
import { type ContractTools, failureOf, recordOutput } from "./contract-tools.ts";

/** Only builds by the container method need them. */
export function describeCommandContract(tools: ContractTools, { commitsExactly }: EngineDescription): void {
  const testMethod = test.runIf(commitsExactly !== false);

  testMethod("commands run in a running container, with input, output and an exit code each", async () => {
    const container = await tools.create("/usr/bin/wait");
    const { engine } = tools;
    const stop = new AbortController();
    const ready = Promise.withResolvers<void>();
    const ended = engine.runContainer(container, { signal: stop.signal, onOutput: () => ready.resolve() });
    ended.catch(() => {});
    await ready.promise;
    const greeting = recordOutput();
    expect(await engine.runCommand(container, { command: ["/usr/bin/greet"], ...greeting })).toBe(0);
    expect([greeting.text("stdout"), greeting.text("stderr")]).toEqual(["out", "err"]);
    expect(await engine.runCommand(container, { command: ["/usr/bin/fail"], ...recordOutput() })).toBe(7);
    const heard = recordOutput();
    const input = textOf("words\n");
    expect(await engine.runCommand(container, { command: ["/usr/bin/listen"], input, ...heard })).toBe(0);
    expect(heard.text("stdout")).toBe("heard words\n");
    stop.abort();
    await ended.catch(() => {});
  });

  testMethod("a container that does not run takes no command", async () => {
    const container = await tools.create("/usr/bin/wait");
    const call = tools.engine.runCommand(container, { command: ["/usr/bin/greet"], ...recordOutput() });
    expect((await failureOf(call)).reason).toBe("conflict");
  });
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
