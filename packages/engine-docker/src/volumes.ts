// Owns the calls about volumes.
import { type CallOptions, EngineError, type VolumeSummary } from "@sti/core";
import { type Connection, shortLimit } from "./connect.ts";
import { asLabels, asObject, asObjects, asText } from "./json-fields.ts";

export async function listVolumes(
  connection: Connection,
  label: string,
  options: CallOptions = {},
): Promise<readonly VolumeSummary[]> {
  const answer = await connection.call({
    operation: "list volumes",
    method: "GET",
    path: "/volumes",
    query: { filters: JSON.stringify({ label: [label] }) },
    signal: options.signal,
    limit: shortLimit,
  });
  return asObjects(asObject(answer).Volumes).map((row) => ({
    name: asText(row.Name),
    labels: asLabels(row.Labels),
  }));
}

export async function removeVolume(
  connection: Connection,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  try {
    await connection.call({
      operation: "remove volume",
      method: "DELETE",
      path: `/volumes/${encodeURIComponent(name)}`,
      signal: options.signal,
    });
  } catch (error) {
    if (!(error instanceof EngineError && error.reason === "not-found")) throw error;
  }
}
