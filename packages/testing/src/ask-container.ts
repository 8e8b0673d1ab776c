// Starts a container of a built image and asks it over HTTP, as the expect.json files of the examples define.
import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "./engine-api.ts";

/** One question to a container, and the expected answer. */
export interface ExpectedAnswer {
  readonly image: string;
  /** Port inside the container. */
  readonly port: number;
  readonly path: string;
  readonly status: number;
  readonly bodyContains: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ActualAnswer {
  readonly expected: ExpectedAnswer;
  readonly status: number;
  readonly body: string;
  readonly ok: boolean;
}

/** Time limit for the first answer of a started container, in milliseconds. */
const START_LIMIT = 20_000;

/** Time limit for one answer, in milliseconds. */
const ANSWER_LIMIT = 5000;

/**
 * Rejects when a container ends or never answers; a wrong answer is a result with `ok: false`. `inspect` gets the id of
 * the container after its answer.
 */
export async function askContainer(
  endpoint: Pick<Endpoint, "host" | "tls">,
  expected: ExpectedAnswer,
  inspect?: (container: string) => Promise<void>,
): Promise<ActualAnswer> {
  const container = await startContainer(endpoint, expected);
  try {
    const { status, body } = await firstAnswer(endpoint, container, expected);
    await inspect?.(container);
    return { expected, status, body, ok: status === expected.status && body.includes(expected.bodyContains) };
  } finally {
    await callEngine(endpoint, "DELETE", `/containers/${container}?force=1&v=1`);
  }
}

async function startContainer(endpoint: Pick<Endpoint, "host" | "tls">, expected: ExpectedAnswer) {
  const port = `${expected.port}/tcp`;
  const created = await callEngine(endpoint, "POST", "/containers/create", {
    Image: expected.image,
    Env: Object.entries(expected.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { [port]: {} },
    HostConfig: { PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: "" }] } },
  });
  const id = (created.body as { readonly Id?: string }).Id;
  if (id === undefined) throw new Error(`no container of ${expected.image}: ${JSON.stringify(created.body)}`);
  const started = await callEngine(endpoint, "POST", `/containers/${id}/start`);
  if (started.status >= 300) {
    await callEngine(endpoint, "DELETE", `/containers/${id}?force=1&v=1`);
    throw new Error(`${expected.image} did not start: ${JSON.stringify(started.body)}`);
  }
  return id;
}

/** Asks until the container listens; if it ends instead, the engine reports that at once. */
async function firstAnswer(
  endpoint: Pick<Endpoint, "host" | "tls">,
  container: string,
  expected: ExpectedAnswer,
): Promise<{ readonly status: number; readonly body: string }> {
  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    const { State, NetworkSettings } = (await callEngine(endpoint, "GET", `/containers/${container}/json`))
      .body as {
      readonly State: { readonly Running: boolean; readonly ExitCode: number };
      readonly NetworkSettings: { readonly Ports: Record<string, readonly { readonly HostPort: string }[]> };
    };
    if (!State.Running) {
      const logs = await callEngine(endpoint, "GET", `/containers/${container}/logs?stdout=1&stderr=1`);
      throw new Error(`a container of ${expected.image} ended with ${State.ExitCode}: ${String(logs.body)}`);
    }
    const hostPort = NetworkSettings.Ports[`${expected.port}/tcp`]?.[0]?.HostPort;
    try {
      const response = await fetch(`http://127.0.0.1:${hostPort}${expected.path}`, {
        signal: AbortSignal.timeout(ANSWER_LIMIT),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      // Nothing listens yet: refused, or taken and left lying by the engine's port forwarder.
      if (Date.now() > deadline) throw new Error(`${expected.image} never answered`, { cause: error });
      await sleep(100);
    }
  }
}
