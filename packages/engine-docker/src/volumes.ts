// Owns the calls about volumes.
import { type CallOptions, EngineError, type VolumeDetails, type VolumeSummary } from "@sti/core";
import type { Connection } from "./connect.ts";
import { diskLimit, shortLimit } from "./engine-request.ts";
import { asLabels, asObject, asObjects, asText } from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

export async function createVolume(
  connection: Connection,
  name: string,
  labels: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Promise<VolumeDetails> {
  const operation = "create volume";
  const answer = await connection.call({
    operation,
    method: "POST",
    path: "/volumes/create",
    body: { Name: name, Driver: "local", Labels: labels },
    signal: options.signal,
    limit: shortLimit,
  });
  return readDetails(answer, operation);
}

export async function inspectVolume(
  connection: Connection,
  name: string,
  options: CallOptions = {},
): Promise<VolumeDetails | undefined> {
  const operation = "inspect volume";
  try {
    const answer = await connection.call({
      operation,
      method: "GET",
      path: `/volumes/${encodeURIComponent(name)}`,
      signal: options.signal,
      limit: shortLimit,
    });
    return readDetails(answer, operation);
  } catch (error) {
    if (error instanceof EngineError && error.reason === "not-found") return undefined;
    throw error;
  }
}

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
      limit: diskLimit,
    });
  } catch (error) {
    if (!(error instanceof EngineError && error.reason === "not-found")) throw error;
  }
}

function readDetails(answer: unknown, operation: string): VolumeDetails {
  const volume = asObject(answer);
  const [name, folder] = [asText(volume.Name), asText(volume.Mountpoint)];
  if (name === "" || folder === "") throw notAnEngine(operation, JSON.stringify(answer));
  return { name, labels: asLabels(volume.Labels), folder };
}
