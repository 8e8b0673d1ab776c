// State of an engine, a registry and the client's folders at one moment, as data that can be compared.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { SOURCE_VOLUME_PREFIX } from "@sti/core";
import { callEngine, readBytes } from "@sti/testing/engine-api";
import { CONTENT_FILE } from "./import-images.ts";
import type { SweepProject } from "./project.ts";

export interface ImageState {
  readonly id: string;
  /** Of its content file; undefined where it has none. */
  readonly content: string | undefined;
  /** Whether it has the command and the labels of a result. */
  readonly isWhole: boolean;
}

/** Everything that a session must not leave behind, by kind. */
export interface Holdings {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  /** Volumes that keep sources: a session may replace one. */
  readonly sourceCaches: readonly string[];
  readonly networks: readonly string[];
  readonly untaggedImages: readonly string[];
  /** Temporary files, relative to the project's folder. */
  readonly files: readonly string[];
}

export interface SweepState {
  /** By tag; undefined where nothing has it. */
  readonly tags: Readonly<Record<string, ImageState | undefined>>;
  /** Id of the image that the registry has under the pushed tag. */
  readonly inRegistry: string | undefined;
  readonly holdings: Holdings;
}

export async function readState(project: SweepProject): Promise<SweepState> {
  const { host } = project.lane;
  const get = async (path: string) => (await callEngine({ host }, "GET", path)).body;
  const images = (await get("/images/json?all=1")) as readonly ListedImage[];
  const containers = (await get("/containers/json?all=1")) as readonly ListedContainer[];
  const { Volumes: volumes } = (await get("/volumes")) as { readonly Volumes: readonly Named[] | null };
  const networks = (await get("/networks")) as readonly Named[];
  const tagsOf = ({ RepoTags }: ListedImage) => (RepoTags ?? []).filter((tag) => tag !== "<none>:<none>");
  const tags: Record<string, ImageState | undefined> = {};
  for (const tag of project.tags) {
    const id = images.find((image) => tagsOf(image).includes(tag))?.Id;
    tags[tag] = id === undefined ? undefined : await readImage(project, id);
  }
  const names = (volumes ?? []).map(({ Name }) => Name);
  return {
    tags,
    inRegistry: project.pushed && (await readRegistry(project)),
    holdings: {
      containers: containers.map(({ Id, Names }) => Names[0]?.slice(1) ?? Id).sort(),
      volumes: names.filter((name) => !name.startsWith(SOURCE_VOLUME_PREFIX)).sort(),
      sourceCaches: names.filter((name) => name.startsWith(SOURCE_VOLUME_PREFIX)).sort(),
      networks: networks.map(({ Name }) => Name).sort(),
      untaggedImages: images
        .filter((image) => tagsOf(image).length === 0)
        .map(({ Id }) => Id)
        .sort(),
      files: listTemporary(project),
    },
  };
}

/** Images are read from the engine once: an id's content never changes. */
const known = new Map<string, ImageState>();

async function readImage({ lane: { host }, scenario }: SweepProject, id: string): Promise<ImageState> {
  const before = known.get(id);
  if (before !== undefined) return before;
  const { body } = await callEngine({ host }, "GET", `/images/${id}/json`);
  const { Config } = body as {
    readonly Config?: {
      readonly Cmd?: readonly string[] | null;
      readonly Labels?: Readonly<Record<string, string>> | null;
    };
  };
  const half = Config?.Labels?.["sti.half"];
  const hasCommand =
    scenario.kind === "entry" || half === "build" || Config?.Cmd?.join(" ") === "/usr/bin/run";
  const state = {
    id,
    content: await readContent(host, id),
    isWhole: hasCommand && Config?.Labels?.["sti.key"] !== undefined,
  };
  known.set(id, state);
  return state;
}

/** Of a container that is never started. */
async function readContent(host: string, image: string): Promise<string | undefined> {
  const created = await callEngine({ host }, "POST", "/containers/create", { Image: image, Cmd: ["none"] });
  const { Id: id } = created.body as { readonly Id?: string };
  if (id === undefined) return undefined;
  try {
    const archive = await readBytes({ host }, `/containers/${id}/archive?path=${CONTENT_FILE}`).catch(
      () => undefined,
    );
    if (archive === undefined) return undefined;
    const size = Number.parseInt(archive.toString("latin1", 124, 135), 8);
    return archive.toString("utf8", 512, 512 + size);
  } finally {
    await callEngine({ host }, "DELETE", `/containers/${id}?force=1&v=1`);
  }
}

async function readRegistry({ lane, pushed }: SweepProject): Promise<string | undefined> {
  if (pushed === undefined) return undefined;
  const url = `http://${lane.registry.address}/v2/${pushed.repository}/manifests/${pushed.tag}`;
  const response = await fetch(url, {
    headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
  });
  if (!response.ok) return undefined;
  return ((await response.json()) as { readonly config?: { readonly digest?: string } }).config?.digest;
}

/** Files of the client that are to be gone when a session has ended, relative to the project's folder. */
function listTemporary({ folder }: SweepProject): readonly string[] {
  const paths = ["project", "tmp", "cache", "home"].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, encoding: "utf8" }).map((path) => `${part}/${path}`),
  );
  return paths.filter((path) => path.startsWith("tmp/") || /\.(?:new|tmp|part)$/.test(path)).sort();
}

interface Named {
  readonly Name: string;
}
interface ListedImage {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}
interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[];
}
