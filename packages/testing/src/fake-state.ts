// State of the fake engine, and the rules that connect images, tags and containers.
import {
  type BoundPort,
  type BuildCacheUsage,
  type ContainerSpec,
  type DiskUsage,
  EngineError,
  type ExitStatus,
  type HistoryEntry,
  type ImageConfig,
  type Mount,
  parseImageReference,
} from "@sti/core";
import type { FakeFile, FakeFiles } from "./fake-files.ts";

/** Creation time of every container and volume: milliseconds since 1970. */
export const CREATED_AT = 1_000_000;

/** Bytes of every image: what counts is whether it is there. */
export const IMAGE_SIZE = 1000;

/** An image that is there from the start, or that a registry has. */
export interface FakeImage {
  readonly tags: readonly string[];
  readonly id?: string;
  /** "sha256:…": of its manifest in the registry. An image without one came from no registry. */
  readonly digest?: string;
  readonly config?: Partial<ImageConfig>;
  readonly files?: Readonly<Record<string, FakeFile>>;
  /** Digests of its layers. Default: those of its base, and one of its own. */
  readonly layers?: readonly string[];
  /** The steps that made it, newest first. Default: one that proves its label `sti.key`. */
  readonly history?: readonly HistoryEntry[];
}

export interface StoredImage {
  readonly id: string;
  readonly config: ImageConfig;
  readonly files: FakeFiles;
  readonly parent: string | undefined;
  /** Those of the image it is based on, and its own. */
  readonly layers: readonly string[];
  readonly history: readonly HistoryEntry[];
}

export interface StoredContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly image: StoredImage;
  readonly files: Map<string, FakeFile>;
  state: "created" | "running" | "exited";
  exitCode: number;
  /** Only while it runs. */
  ports: readonly BoundPort[];
  /** Ends what runs in it; undefined when nothing does. */
  end: ((status: ExitStatus) => void) | undefined;
}

export interface StoredVolume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** By path below the volume: "/a/b". */
  readonly files: Map<string, FakeFile>;
}

export interface StoredNetwork {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Container id → host names in it. */
  readonly members: Map<string, readonly string[]>;
}

export interface FakeState {
  readonly images: Map<string, StoredImage>;
  /** Short reference → image id. */
  readonly tags: Map<string, string>;
  /** Image id → "repository@sha256:…", one for each repository it was pushed to. */
  readonly digests: Map<string, readonly string[]>;
  readonly containers: Map<string, StoredContainer>;
  readonly volumes: Map<string, StoredVolume>;
  /** By name. */
  readonly networks: Map<string, StoredNetwork>;
  /** By id. Builds make none of these; a test puts them here. */
  readonly buildCache: Map<string, BuildCacheUsage>;
  made: number;
}

export const emptyConfig: ImageConfig = {
  env: ["PATH=/usr/bin:/bin"],
  user: "",
  workingDir: "",
  entrypoint: [],
  cmd: [],
  labels: {},
  exposedPorts: [],
  volumes: [],
  onBuild: [],
  stopSignal: undefined,
  healthcheck: undefined,
};

export function makeId(state: FakeState): string {
  state.made += 1;
  return `sha256:${state.made.toString(16).padStart(64, "0")}`;
}

export function findContainer(state: FakeState, container: string, operation: string): StoredContainer {
  const found = state.containers.get(container) ?? findByName(state, container);
  if (found !== undefined) return found;
  const message = `No such container: ${container}`;
  throw new EngineError({ reason: "not-found", operation, message, status: 404 });
}

export function findByName(state: FakeState, name: string): StoredContainer | undefined {
  return [...state.containers.values()].find((container) => container.spec.name === name);
}

/** Folder of a volume's files on the engine's machine. */
export function folderOf(volume: string): string {
  return `/volumes/${volume}`;
}

/** Files that a container has at a mount when it is created. */
export function mountedFiles(state: FakeState, mount: Mount): readonly (readonly [string, FakeFile])[] {
  const { target } = mount;
  if (mount.kind === "volume") {
    return [...(state.volumes.get(mount.name)?.files ?? [])].map(([path, file]) => [
      `${target}${path}`,
      file,
    ]);
  }
  if (mount.kind !== "overlay") return [];
  return [...state.volumes.values()].flatMap((volume) =>
    [...volume.files].flatMap(([path, file]) => {
      const place = `${folderOf(volume.name)}${path}`;
      return place.startsWith(`${mount.lower}/`)
        ? [[`${target}${place.slice(mount.lower.length)}`, file] as const]
        : [];
    }),
  );
}

/** Whether a path of a container is in a mount, and so in no image. */
export function isMounted({ mounts }: ContainerSpec, path: string): boolean {
  return mounts.some(({ target }) => path === target || path.startsWith(`${target}/`));
}

/** Below an overlay there has to be something. */
export function checkMounts(state: FakeState, { spec }: StoredContainer, operation: string): void {
  for (const mount of spec.mounts) {
    if (mount.kind !== "overlay" || mountedFiles(state, mount).length > 0) continue;
    const message = `failed to mount local volume: ${mount.lower}: no such file or directory`;
    throw new EngineError({ reason: "mount-failed", operation, message, status: 500 });
  }
}

/** Puts a file into a container, and into the volume that is mounted there. */
export function putFile(state: FakeState, container: StoredContainer, path: string, file: FakeFile): void {
  container.files.set(path, file);
  for (const mount of container.spec.mounts) {
    if (mount.kind !== "volume" || !path.startsWith(`${mount.target}/`)) continue;
    state.volumes.get(mount.name)?.files.set(path.slice(mount.target.length), file);
  }
}

/** Everything has the same size: what counts is whether it is there. */
export function measure(state: FakeState): DiskUsage {
  const mounted = [...state.containers.values()].flatMap(({ spec }) => spec.mounts);
  const size = 1000;
  return {
    images: [...state.images.keys()].map((id) => ({ id, size })),
    containers: [...state.containers.keys()].map((id) => ({ id, size })),
    volumes: [...state.volumes.values()].map(({ files, ...volume }) => ({
      ...volume,
      size,
      createdAt: CREATED_AT,
      inUse: mounted.some((mount) => mount.kind === "volume" && mount.name === volume.name),
    })),
    buildCache: [...state.buildCache.values()],
  };
}

/** Short form, as engines list tags; ids and invalid references stay as they are. */
export function normalize(reference: string): string {
  const parsed = parseImageReference(reference);
  return "reference" in parsed ? parsed.reference.short : reference;
}
