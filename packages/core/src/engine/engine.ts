// The engine port: the calls that sti makes to a container engine, in sti's own types. Adapters live elsewhere. Every
// call takes an AbortSignal and rejects with EngineError; "missing" is undefined, never an error.

import type { CallOptions, OnOutput, TransferOptions } from "./call.ts";
import type {
  ContainerDetails,
  ContainerFile,
  ContainerSpec,
  ContainerSummary,
  ExitStatus,
  TerminalSize,
} from "./container.ts";
import type { DiskUsage, VolumeDetails, VolumeSummary } from "./disk.ts";
import type {
  CommitConfig,
  HistoryEntry,
  ImageBuild,
  ImageDetails,
  ImageSummary,
  TagOptions,
} from "./image.ts";
import type { LayerContent, ManifestContent } from "./image-content.ts";
import type { NetworkPlace, NetworkSummary } from "./network.ts";

/** The engine's description of itself. */
export interface EngineDescription {
  /** "Docker Engine", "Podman"; left out where it is not known. */
  readonly product?: string | undefined;
  /** "containerd", or the name of the engine's own storage driver: "overlay2". */
  readonly imageStore?: string | undefined;
  /** Registries ("host:port") that it uses without trusted TLS, beside those of its own machine. Left out: none. */
  readonly insecureRegistries?: readonly string[] | undefined;
  /** Whether it runs without root's rights. */
  readonly rootless?: boolean | undefined;
  /** Whether a commit has exactly the requested config. Left out: it has. */
  readonly commitsExactly?: boolean | undefined;
  /** Whether its builder can be given secrets. Left out: it can. */
  readonly buildsWithSecrets?: boolean | undefined;
  /** Limits of containers that it discards for want of control groups. Left out: none. */
  readonly discardedLimits?: readonly ("cpus" | "memory")[] | undefined;
  /** How its builder takes another network than its own: for the whole build (left out), at each step, or not at all. */
  readonly takesNetwork?: "of-build" | "of-step" | "none" | undefined;
  /** Its builder asks the registry about the tag of a base first, and takes the engine's image if that fails. */
  readonly asksRegistryForBases?: boolean | undefined;
  /** Whether caches of builds can be listed and removed one by one. Left out: they can. */
  readonly listsCaches?: boolean | undefined;
  /** Whether a build ends when its caller is gone. Left out: it does. */
  readonly endsBuilds?: boolean | undefined;
  /** e.g. "20.10.24" */
  readonly version: string;
  /** e.g. "1.41" */
  readonly apiVersion: string;
  /** "linux" */
  readonly os: string;
  /** Go's name: "amd64", "arm64" … */
  readonly architecture: string;
  /** Processors the engine may use. */
  readonly cpus: number;
  /** Memory in bytes. */
  readonly memory: number;
  /** Whether containers can have mounts of the kind "overlay", as the engine reports it. Left out: they cannot. */
  readonly overlays?: boolean | undefined;
  /** The engine's own clock when it was asked: milliseconds since 1970. */
  readonly now?: number | undefined;
  /** Differs from engine to engine, and is the same at all addresses of one; left out where the engine has none. */
  readonly id?: string | undefined;
}

/** A layer that is missing in an engine. */
export interface LeftOutLayer {
  readonly manifest: ManifestContent;
  readonly layer: LayerContent;
}

/** A container engine. */
export interface Engine {
  describe(options?: CallOptions): Promise<EngineDescription>;

  listImages(options?: CallOptions): Promise<readonly ImageSummary[]>;
  inspectImage(reference: string, options?: CallOptions): Promise<ImageDetails | undefined>;
  /** The steps that made an image and the images it is based on, newest first. */
  readHistory(reference: string, options?: CallOptions): Promise<readonly HistoryEntry[] | undefined>;
  /**
   * Pulls by tag, or by "repository@digest"; the latter gives the image no tag. Resolves to the digest of its manifest
   * in the registry, "sha256:…", if the engine reports it. Rejects with EngineError reason "pull-…" when the image
   * cannot be had.
   */
  pullImage(reference: string, options?: TransferOptions): Promise<string | undefined>;
  /**
   * Gives the engine a layer that it left out when it pulled this image, and the manifest with it. `reference`: the name by which
   * it was pulled. Rejects with what reading the layer rejects with, too.
   */
  loadLayer(reference: string, left: LeftOutLayer, options?: TransferOptions): Promise<void>;
  /**
   * Pushes the image that has this tag; layers that the registry has are not sent. Resolves to the digest of its
   * manifest there, "sha256:…", if the engine reports it. Rejects with EngineError reason "push-…" when refused.
   */
  pushImage(reference: string, options?: TransferOptions): Promise<string | undefined>;
  /** Resolves to the new image's id only when the engine's stream ended whole and carried no error. */
  buildImage(build: ImageBuild, options?: CallOptions): Promise<string>;
  /** `reference` is a full tag; an image that had it loses it. */
  tagImage(id: string, reference: string, options?: TagOptions): Promise<void>;
  /** Never forces; parents that have no tag and no other child go along. "in-use": a container or a child holds it. */
  removeImage(reference: string, options?: CallOptions): Promise<"removed" | "missing" | "in-use">;

  /** All containers, running or not, whose name starts with `namePrefix`. */
  listContainers(namePrefix: string, options?: CallOptions): Promise<readonly ContainerSummary[]>;
  createContainer(spec: ContainerSpec, options?: CallOptions): Promise<string>;
  /** Unpacks a tar stream at "/" of a container, running or not, through its mounts. */
  uploadArchive(container: string, archive: AsyncIterable<Uint8Array>, options?: CallOptions): Promise<void>;
  /** Follows symbolic links inside the container. `headBytes`: how much of a regular file to return. */
  readFile(
    container: string,
    path: string,
    options?: CallOptions & { readonly headBytes?: number },
  ): Promise<ContainerFile | undefined>;
  /**
   * Whether a container, running or not, has anything but folders at or below a path, its mounts included. Nothing is at
   * a path that is missing.
   */
  holdsFiles(container: string, folder: string, options?: CallOptions): Promise<boolean>;
  /**
   * The file system of a container, running or not, as a tar stream without mounts. Resolves when the stream begins; it
   * has to be read to its end or left, and rejects with EngineError "lost" where it is cut.
   */
  exportContainer(container: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Starts a container that does not run, passes on its output from the first byte and resolves when it has ended.
   * `input` is sent to the standard input of a container that was created to have one, as soon as it is there; one that
   * rejects is as good as none. `onStarted` is called once the engine has started it.
   */
  runContainer(
    container: string,
    options: CallOptions & {
      readonly onOutput: OnOutput;
      readonly input?: Uint8Array | Promise<Uint8Array> | undefined;
      readonly onStarted?: (() => void) | undefined;
    },
  ): Promise<ExitStatus>;
  /**
   * Runs a command beside the main process of a running container, as its user and with its variables. Resolves to its
   * exit code when it has ended and its output is passed on. `input` is read and sent as long as the command runs;
   * left out: it has none. `terminal`: it runs in one of its own, whose output is all "stdout". Aborting leaves the
   * command to the container.
   */
  runCommand(
    container: string,
    options: CallOptions & {
      readonly command: readonly string[];
      readonly input?: AsyncIterable<Uint8Array> | undefined;
      readonly terminal?: TerminalSize | undefined;
      readonly onOutput: OnOutput;
    },
  ): Promise<number>;
  inspectContainer(container: string, options?: CallOptions): Promise<ContainerDetails | undefined>;
  /** Bytes of memory that a running container uses now. Undefined of one that does not run, or is missing. */
  measureMemory(container: string, options?: CallOptions): Promise<number | undefined>;
  /**
   * Asks a container to end, and kills it after `grace` seconds; resolves when it has ended. One that does not run, or
   * is missing, is fine.
   */
  stopContainer(container: string, options: CallOptions & { readonly grace: number }): Promise<void>;
  commitContainer(container: string, config: CommitConfig, options?: CallOptions): Promise<string>;
  /** Kills the container if it runs and removes it with its anonymous volumes; missing is fine. */
  removeContainer(container: string, options?: CallOptions): Promise<void>;

  /** An empty volume in a folder of the engine's machine. One that has the name already is left as it is. */
  createVolume(
    name: string,
    labels: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<VolumeDetails>;
  inspectVolume(name: string, options?: CallOptions): Promise<VolumeDetails | undefined>;
  /** Names of the volumes that carry `label`. */
  listVolumes(label: string, options?: CallOptions): Promise<readonly VolumeSummary[]>;
  /** Missing is fine. */
  removeVolume(name: string, options?: CallOptions): Promise<void>;

  /** A network of containers that know each other's names. One that has the name already is left as it is. */
  createNetwork(name: string, labels: Readonly<Record<string, string>>, options?: CallOptions): Promise<void>;
  /** Adds a container, running or not, to one more network. */
  connectNetwork(container: string, place: NetworkPlace, options?: CallOptions): Promise<void>;
  /** Networks that carry `label`. */
  listNetworks(label: string, options?: CallOptions): Promise<readonly NetworkSummary[]>;
  /** Missing is fine; one with containers in it is a conflict. */
  removeNetwork(name: string, options?: CallOptions): Promise<void>;

  /** Everything that takes space, measured now: on a large engine this takes seconds. */
  diskUsage(options?: CallOptions): Promise<DiskUsage>;
  /** Removes one record of the build cache. "kept": a build uses it, or there is no such record. */
  removeBuildCache(id: string, options?: CallOptions): Promise<"removed" | "kept">;
}
