// Owns the calls about networks.
import { type CallOptions, EngineError, type NetworkPlace, type NetworkSummary } from "@sti/core";
import type { Connection } from "./connect.ts";
import { shortLimit } from "./engine-request.ts";
import { asLabels, asObjects, asText, asTime } from "./json-fields.ts";

export async function createNetwork(
  connection: Connection,
  name: string,
  labels: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Promise<void> {
  // Engines allow two networks of one name, and then cannot tell which one is meant.
  const present = await listNetworks(connection, { name: [`^${name}$`] }, options);
  if (present.some((network) => network.name === name)) return;
  await connection.call({
    operation: "create network",
    method: "POST",
    path: "/networks/create",
    body: { Name: name, Driver: "bridge", CheckDuplicate: true, Labels: labels },
    signal: options.signal,
    limit: shortLimit,
  });
}

export async function connectNetwork(
  connection: Connection,
  container: string,
  { aliases, network }: NetworkPlace,
  options: CallOptions = {},
): Promise<void> {
  const answer = await connection.open({
    operation: "connect network",
    method: "POST",
    path: `/networks/${encodeURIComponent(network)}/connect`,
    body: { Container: container, EndpointConfig: { Aliases: aliases } },
    signal: options.signal,
    limit: shortLimit,
  });
  // Docker says nothing more, Podman "OK", which is no JSON.
  answer.close();
}

export async function listNetworks(
  connection: Connection,
  filters: Readonly<Record<string, readonly string[]>>,
  options: CallOptions = {},
): Promise<readonly NetworkSummary[]> {
  const answer = await connection.call({
    operation: "list networks",
    method: "GET",
    path: "/networks",
    query: { filters: JSON.stringify(filters) },
    signal: options.signal,
    limit: shortLimit,
  });
  return asObjects(answer).map((row) => {
    const createdAt = asTime(row.Created);
    const labels = asLabels(row.Labels);
    return { name: asText(row.Name), labels, ...(createdAt === undefined ? {} : { createdAt }) };
  });
}

export async function removeNetwork(
  connection: Connection,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  try {
    await connection.call({
      operation: "remove network",
      method: "DELETE",
      path: `/networks/${encodeURIComponent(name)}`,
      signal: options.signal,
      limit: shortLimit,
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.reason === "not-found") return;
    // Docker forbids it; Podman 4 has a conflict, and 5 a fault of its own.
    if (error.status !== 403 && !/network is being used/i.test(error.message)) throw error;
    const { message, operation, status } = error;
    throw new EngineError({ reason: "conflict", operation, message, status });
  }
}
