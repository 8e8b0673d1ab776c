// Owns the short calls about images: list, inspect, tag, remove. Building and pulling have files of their own.
import { randomBytes } from "node:crypto";
import {
  type CallOptions,
  EngineError,
  type HistoryEntry,
  type ImageDetails,
  type ImageSummary,
  type TagOptions,
} from "@sti/core";
import { readImageConfig } from "@sti/registry/image-config";
import type { Connection } from "./connect.ts";
import { diskLimit, shortLimit } from "./engine-request.ts";
import {
  asImageId,
  asLabels,
  asNumber,
  asObject,
  asObjects,
  asText,
  asTexts,
  type Json,
} from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";
import { splitReference } from "./split-reference.ts";

export async function listImages(
  connection: Connection,
  options: CallOptions = {},
): Promise<readonly ImageSummary[]> {
  const operation = "list images";
  const answer = await connection.call({
    operation,
    method: "GET",
    path: "/images/json",
    signal: options.signal,
    limit: shortLimit,
  });
  if (!Array.isArray(answer)) throw notAnEngine(operation, JSON.stringify(answer));
  return asObjects(answer).map((row) => ({
    id: asImageId(row.Id),
    ...readNames(row),
    labels: asLabels(row.Labels),
    size: asNumber(row.Size),
  }));
}

export async function inspectImage(
  connection: Connection,
  reference: string,
  options: CallOptions = {},
): Promise<ImageDetails | undefined> {
  const operation = "inspect image";
  const answer = await askAbout(connection, { operation, reference, part: "json", ...options });
  if (answer === undefined) return undefined;
  const image = asObject(answer);
  if (asText(image.Id) === "") throw notAnEngine(operation, JSON.stringify(answer));
  return {
    id: asImageId(image.Id),
    ...readNames(image),
    os: asText(image.Os),
    architecture: asText(image.Architecture),
    ...(asText(image.Variant) === "" ? {} : { variant: asText(image.Variant) }),
    size: asNumber(image.Size),
    layers: asTexts(asObject(image.RootFS).Layers),
    config: readImageConfig(asObject(image.Config)),
  };
}

export async function readHistory(
  connection: Connection,
  reference: string,
  options: CallOptions = {},
): Promise<readonly HistoryEntry[] | undefined> {
  const operation = "read image history";
  const answer = await askAbout(connection, { operation, reference, part: "history", ...options });
  if (answer === undefined) return undefined;
  if (!Array.isArray(answer)) throw notAnEngine(operation, JSON.stringify(answer));
  return asObjects(answer).map((entry) => ({
    createdBy: asText(entry.CreatedBy),
    comment: asText(entry.Comment),
  }));
}

/** Undefined where the engine has no such image. */
async function askAbout(
  connection: Connection,
  asked: CallOptions & {
    readonly operation: string;
    readonly reference: string;
    readonly part: "json" | "history";
  },
): Promise<unknown> {
  const { operation, part, reference, signal } = asked;
  try {
    return await connection.call({
      operation,
      method: "GET",
      path: `/images/${encodeReference(reference)}/${part}`,
      signal,
      limit: shortLimit,
    });
  } catch (error) {
    if (error instanceof EngineError && error.reason === "not-found") return undefined;
    throw error;
  }
}

/** `keepsNames`: containerd's store gives each build a name, which it removes with the image's next new tag only. */
export async function tagImage(
  connection: Connection,
  id: string,
  reference: string,
  { isHeld = false, keepsNames, ...options }: TagOptions & { readonly keepsNames: boolean },
): Promise<void> {
  if (!keepsNames || !isHeld) return await tag(connection, id, reference, options);
  const other = `${splitReference(reference).repository}:sti-${randomBytes(6).toString("hex")}`;
  await tag(connection, id, other, options);
  await removeImage(connection, other, options);
}

async function tag(
  connection: Connection,
  id: string,
  reference: string,
  options: CallOptions,
): Promise<void> {
  const { repository, tag } = splitReference(reference);
  await connection.call({
    operation: "tag image",
    method: "POST",
    path: `/images/${encodeReference(id)}/tag`,
    query: { repo: repository, tag },
    signal: options.signal,
    limit: shortLimit,
  });
}

export async function removeImage(
  connection: Connection,
  reference: string,
  options: CallOptions = {},
): Promise<"removed" | "missing" | "in-use"> {
  try {
    await connection.call({
      operation: "remove image",
      method: "DELETE",
      path: `/images/${encodeReference(reference)}`,
      signal: options.signal,
      limit: diskLimit,
    });
    return "removed";
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Others than 404: of an image that vanishes during the inspection, and of a digest that Podman's image has lost.
    if (error.reason === "not-found" || /unrecognized image ID|tag not known/.test(error.message))
      return "missing";
    if (error.reason === "conflict") return "in-use";
    throw error;
  }
}

/** In Docker's short form. Podman counts a digest by which an image was pulled among its tags, too. */
function readNames(image: Json): Pick<ImageSummary, "tags" | "digests"> {
  const tags = withoutNone(image.RepoTags).filter((name) => !name.includes("@"));
  return { tags, digests: withoutNone(image.RepoDigests) };
}

/** Engines call an image without a name "<none>:<none>". */
function withoutNone(value: unknown): readonly string[] {
  return asTexts(value)
    .filter((name) => !name.startsWith("<none>"))
    .map((name) => name.replace(/^docker\.io\/(?:library\/)?/, ""));
}

function encodeReference(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}
