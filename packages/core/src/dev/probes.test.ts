import { createFakeEngine } from "@sti/testing/fake-engine";
import { expect, test } from "vitest";
import { askOnceOf, describeProbe } from "./probes.ts";

const times = { timeout: 1000, interval: 100 };

test.each([
  [{ kind: "http", path: "/health", port: 80, ...times }, "GET /health on port 80"],
  [{ kind: "tcp", port: 5432, ...times }, "a connection on port 5432"],
  [{ kind: "command", command: ["pg_isready", "-q"], ...times }, "pg_isready -q"],
  [{ kind: "command", command: ["/bin/sh", "-c", "test -e /ready"], ...times }, "test -e /ready"],
  [{ kind: "command", command: ["sh", "-c", "a", "b"], ...times }, "sh -c a b"],
] as const)("a probe in words: %j", (probe, words) => {
  expect(describeProbe(probe)).toBe(words);
});

test.each([
  [0, "", undefined],
  [1, "not ready\n", "exit code 1, not ready"],
  [
    126,
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
    "its image has no curl",
  ],
])("a command that ends with %i", async (exitCode, output, problem) => {
  const engine = createFakeEngine();
  const runCommand: typeof engine.runCommand = async (_, { onOutput }) => {
    onOutput({ stream: "stdout", bytes: new TextEncoder().encode(output) });
    return exitCode;
  };
  const probe = { kind: "command", command: ["curl"], ...times } as const;
  const ask = askOnceOf(
    probe,
    { id: "c", ports: [] },
    {
      engine: () => ({ ...engine, runCommand }),
      addressOf: () => ({ host: "h", port: 1 }),
      ask: async () => undefined,
    },
  );
  expect(await ask(new AbortController().signal)).toBe(problem);
});
