// Owns the calls about containers that are one request each. Running and reading files have files of their own.
import {
  type BoundPort,
  type CallOptions,
  type CommitConfig,
  type ContainerDetails,
  type ContainerSpec,
  type ContainerSummary,
  EngineError,
} from "@sti/core";
import type { Connection, LastingOptions } from "./connect.ts";
import { describeContainer } from "./container-spec.ts";
import { diskLimit, shortLimit, UNLIMITED } from "./engine-request.ts";
import {
  asImageId,
  asLabels,
  asNumber,
  asObject,
  asObjects,
  asState,
  asText,
  asTexts,
  type Json,
} from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";

export async function listContainers(
  connection: Connection,
  namePrefix: string,
  options: CallOptions = {},
): Promise<readonly ContainerSummary[]> {
  // Docker compares with the slash before each name, Podman 4 without, and Podman 5 finds more than it should.
  const pattern = `^/?${namePrefix.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`;
  const answer = await connection.call({
    operation: "list containers",
    method: "GET",
    path: "/containers/json",
    query: { all: 1, filters: JSON.stringify({ name: [pattern] }) },
    signal: options.signal,
    limit: shortLimit,
  });
  const rows = asObjects(answer).map((row) => ({
    id: asText(row.Id),
    name: (asTexts(row.Names)[0] ?? "").replace(/^\//, ""),
    image: asImageId(row.ImageID) || asText(row.Image),
    state: asState(row.State),
    labels: asLabels(row.Labels),
    createdAt: typeof row.Created === "number" ? row.Created * 1000 : undefined,
  }));
  return rows.filter(({ name }) => name.startsWith(namePrefix));
}

export async function createContainer(
  connection: Connection,
  spec: ContainerSpec,
  options: CallOptions = {},
): Promise<string> {
  const operation = "create container";
  const answer = await connection.call({
    operation,
    method: "POST",
    path: "/containers/create",
    query: { name: spec.name },
    body: describeContainer(spec),
    signal: options.signal,
    limit: shortLimit,
  });
  return readId(answer, operation);
}

/** Prefixed to "/", an archive passes through the container's mounts and may hold links that lead outside. */
export async function uploadArchive(
  connection: Connection,
  container: string,
  archive: AsyncIterable<Uint8Array>,
  options: LastingOptions,
): Promise<void> {
  await connection.call({
    operation: "upload archive",
    method: "PUT",
    path: `/containers/${encodeURIComponent(container)}/archive`,
    query: { path: "/" },
    upload: archive,
    signal: options.signal,
    limit: UNLIMITED,
  });
}

/** Its first bytes may be long in coming: the engine puts a large file system together first. */
export async function exportContainer(
  connection: Connection,
  container: string,
  options: LastingOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const { bytes } = await connection.open({
    operation: "export container",
    method: "GET",
    path: `/containers/${encodeURIComponent(container)}/export`,
    signal: options.signal,
    limit: UNLIMITED,
  });
  return bytes;
}

export async function commitContainer(
  connection: Connection,
  container: string,
  config: CommitConfig,
  options: CallOptions = {},
): Promise<string> {
  const operation = "commit container";
  const answer = await connection.call({
    operation,
    method: "POST",
    path: "/commit",
    query: { container, pause: 0, comment: config.comment },
    body: {
      Entrypoint: config.entrypoint,
      Cmd: config.cmd,
      Env: config.env,
      User: config.user,
      WorkingDir: config.workingDir,
      Labels: config.labels,
    },
    signal: options.signal,
    limit: diskLimit,
  });
  return asImageId(readId(answer, operation));
}

export async function inspectContainer(
  connection: Connection,
  container: string,
  options: CallOptions = {},
): Promise<ContainerDetails | undefined> {
  try {
    const answer = asObject(
      await connection.call({
        operation: "inspect container",
        method: "GET",
        path: `/containers/${encodeURIComponent(container)}/json`,
        signal: options.signal,
        limit: shortLimit,
      }),
    );
    const state = asObject(answer.State);
    return {
      id: asText(answer.Id),
      state: asState(state.Status),
      exitCode: asNumber(state.ExitCode),
      // Podman lists those that a container will have as well.
      ports: state.Running === true ? readPorts(asObject(asObject(answer.NetworkSettings).Ports)) : [],
    };
  } catch (error) {
    if (error instanceof EngineError && error.reason === "not-found") return undefined;
    throw error;
  }
}

export async function stopContainer(
  connection: Connection,
  container: string,
  { grace, signal }: CallOptions & { readonly grace: number },
): Promise<void> {
  try {
    await connection.call({
      operation: "stop container",
      method: "POST",
      path: `/containers/${encodeURIComponent(container)}/stop`,
      query: { t: grace },
      signal,
      limit: shortLimit + grace * 1000,
      grace: grace * 1000,
    });
  } catch (error) {
    // Status 304, which is mapped to a conflict: it does not run.
    if (error instanceof EngineError && (error.reason === "not-found" || error.status === 304)) return;
    throw error;
  }
}

export async function removeContainer(
  connection: Connection,
  container: string,
  options: CallOptions = {},
): Promise<void> {
  const path = `/containers/${encodeURIComponent(container)}`;
  const { signal } = options;
  try {
    await connection.call({
      operation: "remove container",
      method: "DELETE",
      path,
      query: { force: 1, v: 1 },
      signal,
      limit: diskLimit,
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.reason === "not-found") return;
    if (error.reason !== "conflict" || !/already in progress/.test(error.message)) throw error;
    await waitUntilRemoved(connection, path, signal);
  }
}

async function waitUntilRemoved(connection: Connection, path: string, signal: AbortSignal | undefined) {
  try {
    await connection.call({
      operation: "remove container",
      method: "POST",
      path: `${path}/wait`,
      query: { condition: "removed" },
      signal,
      limit: diskLimit,
    });
  } catch (error) {
    if (!(error instanceof EngineError && error.reason === "not-found")) throw error;
  }
}

function readPorts(ports: Json): readonly BoundPort[] {
  return Object.entries(ports).flatMap(([name, bindings]) => {
    const [port, protocol] = name.split("/");
    return asObjects(bindings).map(({ HostIp, HostPort }) => ({
      port: Number(port),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
      hostPort: Number(HostPort),
      hostIp: asText(HostIp),
    }));
  });
}

function readId(answer: unknown, operation: string): string {
  const id = asText(asObject(answer).Id);
  if (id === "") throw notAnEngine(operation, JSON.stringify(answer));
  return id;
}
