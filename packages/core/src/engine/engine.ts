// The engine port: the calls that sti makes to a container engine, in sti's own types. Adapters live elsewhere. Every
// call takes an AbortSignal and rejects with EngineError; "missing" is undefined, never an error.

/** Options every engine call understands. */
export interface CallOptions {
  /** Aborting rejects the call with the signal's reason and ends the engine's work for it. */
  readonly signal?: AbortSignal | undefined;
}

/** A piece of a build's or container's output. Bytes may end anywhere, also inside a character. */
export interface OutputChunk {
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
}

export type OnOutput = (chunk: OutputChunk) => void;

/** The engine's description of itself. */
export interface EngineDescription {
  /** "Docker Engine", "Podman"; left out where it is not known. */
  readonly product?: string | undefined;
  /** "containerd", or the name of the engine's own storage driver: "overlay2". */
  readonly imageStore?: string | undefined;
  /** Whether it runs without root's rights. */
  readonly rootless?: boolean | undefined;
  /** Whether a commit has exactly the requested config. Left out: it has. */
  readonly commitsExactly?: boolean | undefined;
  /** Whether its builder can be given secrets. Left out: it can. */
  readonly buildsWithSecrets?: boolean | undefined;
  /** Limits of containers that it discards, for want of control groups. Left out: none. */
  readonly discardedLimits?: readonly ("cpus" | "memory")[] | undefined;
  /** Whether its builder ignores a network that is named with the call and not at each step. Left out: it does not. */
  readonly networksSteps?: boolean | undefined;
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

export interface TagOptions extends CallOptions {
  /** The image has the tag already: it was built again with the same result. */
  readonly isHeld?: boolean | undefined;
}

/** One row of the engine's image list. */
export interface ImageSummary {
  /** "sha256:…" */
  readonly id: string;
  /** Full references as the engine writes them, e.g. "acme/api:dev"; empty for a dangling image. */
  readonly tags: readonly string[];
  /** "repo@sha256:…"; empty for images that were never pushed or pulled. */
  readonly digests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes, all layers together. */
  readonly size: number;
}

/** The part of an image's config that sti reads. Names follow the OCI image config. */
export interface ImageConfig {
  /** "KEY=value", in the image's order. */
  readonly env: readonly string[];
  /** "" when the image names none. */
  readonly user: string;
  readonly workingDir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly onBuild: readonly string[];
  readonly stopSignal: string | undefined;
  /** The healthcheck's test words, e.g. ["CMD", "curl", …]; undefined when the image has none. */
  readonly healthcheck: readonly string[] | undefined;
  /** Other settings of the healthcheck: "Interval", "Timeout", "StartPeriod" in nanoseconds, "Retries". */
  readonly healthcheckOptions?: Readonly<Record<string, number>> | undefined;
}

/** An inspected image. */
export interface ImageDetails {
  readonly id: string;
  readonly tags: readonly string[];
  /** Repository digests, "repo@sha256:…"; empty for images that were never pushed or pulled. */
  readonly digests: readonly string[];
  readonly os: string;
  readonly architecture: string;
  /** Bytes, all layers together. */
  readonly size: number;
  /** Digests of the uncompressed layers, base first. */
  readonly layers: readonly string[];
  readonly config: ImageConfig;
}

/** A mount of a container that is about to be created. */
export type Mount =
  /** A volume, made if it is missing. It has a name, so that it can be found without its container. */
  | {
      readonly kind: "volume";
      readonly name: string;
      readonly target: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly readOnly?: boolean;
      /** Whether an empty volume gets the image's files at that place. Left out: it stays empty. */
      readonly fromImage?: boolean;
    }
  /**
   * A folder whose content is `lower` until something in it is changed; changes go to `upper` and never to `lower`.
   * All are folders of the engine's machine, which must be there; `work` is the kernel's own, beside `upper`. The
   * engine makes a volume of it, which stays when its container goes.
   */
  | {
      readonly kind: "overlay";
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly target: string;
      readonly lower: string;
      readonly upper: string;
      readonly work: string;
    }
  /** A folder of the engine's machine, which must be there. */
  | { readonly kind: "folder"; readonly folder: string; readonly target: string; readonly readOnly: boolean }
  | {
      readonly kind: "tmpfs";
      readonly target: string;
      readonly uid: number;
      readonly gid: number;
      readonly mode: number;
    };

/** A container that is about to be created. */
export interface ContainerSpec {
  /** Image id or reference. */
  readonly image: string;
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** "KEY=value". The engine adds the image's variables that are not named here. */
  readonly env: readonly string[];
  /** "" for the image's own user. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly limits?: ContainerLimits | undefined;
  /** Ports that can be reached from outside while it runs. Left out: none. */
  readonly ports?: readonly PortBinding[] | undefined;
  /** Whether something is sent to its standard input when it is run. Left out: nothing is. */
  readonly hasInput?: boolean | undefined;
}

/** Resources and network of a container. None of it gets into an image. */
export interface ContainerLimits {
  readonly network: NetworkMode;
  /** "name:address". */
  readonly hosts: readonly string[];
  /** Bytes; with no swap on top. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** Names without CAP_. */
  readonly capDrop: readonly string[];
  readonly noNewPrivileges: boolean;
}

/** "host": the engine's machine's own. */
export type NetworkMode = "default" | "none" | "host";

/** One row of the engine's container list. */
export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** "created", "running", "exited" … */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, by the engine's clock; undefined where it does not report it. */
  readonly createdAt?: number | undefined;
}

/** A port of a container that is to be published on the engine's machine. */
export interface PortBinding {
  /** Inside the container. */
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Undefined: a free one. */
  readonly hostPort: number | undefined;
  /** Undefined: all addresses. */
  readonly hostIp: string | undefined;
}

/** A port of a container as it is published. */
export interface BoundPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  /** "0.0.0.0" or "::" for all addresses. */
  readonly hostIp: string;
}

/** An inspected container. */
export interface ContainerDetails {
  readonly id: string;
  /** "created", "running", "exited" … */
  readonly state: string;
  /** Of the last time that it ran; 0 where it never did or runs. */
  readonly exitCode: number;
  /** Only while it runs. */
  readonly ports: readonly BoundPort[];
}

/** The end of a container's main process. */
export interface ExitStatus {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Done to it over the engine's API while it ran, not by this caller; the exit code of a removed one means nothing. */
  readonly fromOutside?: "killed" | "removed" | undefined;
}

/** A file inside a container or image. */
export interface ContainerFile {
  /** Its real path, after links were followed. */
  readonly path: string;
  readonly kind: "file" | "directory" | "other";
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change of its content, or a folder's names, as the engine writes times; up to nine digits. */
  readonly modifiedAt: string;
  /** The first bytes of a regular file, as many as were asked for. */
  readonly head: Uint8Array;
}

/** Values that a commit writes over the container's own config. */
export interface CommitConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Free text, kept in the image's history. */
  readonly comment: string;
}

/** A build of a Dockerfile that is part of the sent context. */
export interface ImageBuild {
  /** A tar stream. The Dockerfile must be its last entry, so that a cut stream cannot build. */
  readonly context: AsyncIterable<Uint8Array>;
  /** Path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the stage to build; the last one when left out. */
  readonly target?: string | undefined;
  /** True: nothing of the engine's build cache is used; newer engines empty the Dockerfile's cache mounts, too. */
  readonly noCache: boolean;
  /** False: no later build can use its steps, so that an engine need not keep them. */
  readonly keepsSteps?: boolean | undefined;
  /** The network of its commands. Left out: the engine's usual one. */
  readonly network?: NetworkMode | undefined;
  /** "name:address", for its commands. */
  readonly hosts?: readonly string[] | undefined;
  /** Secrets for the Dockerfile's `type=secret` mounts, by id. Served while the build runs, sent only on request. */
  readonly secrets?: ReadonlyMap<string, Uint8Array> | undefined;
  readonly onOutput: OnOutput;
}

/** Progress of a pull or push: bytes of all layers known so far. */
export interface TransferProgress {
  readonly current: number;
  readonly total: number;
}

/** Options of the calls that talk to a registry. The adapter knows the user's credentials. */
export interface TransferOptions extends CallOptions {
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** A container engine. */
export interface Engine {
  describe(options?: CallOptions): Promise<EngineDescription>;

  listImages(options?: CallOptions): Promise<readonly ImageSummary[]>;
  inspectImage(reference: string, options?: CallOptions): Promise<ImageDetails | undefined>;
  /**
   * Pulls by tag, or by "repository@digest"; the latter gives the image no tag. Resolves to the digest of its manifest
   * in the registry, "sha256:…", if the engine reports it. Rejects with EngineError reason "pull-…" when the image
   * cannot be had.
   */
  pullImage(reference: string, options?: TransferOptions): Promise<string | undefined>;
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

  /** Everything that takes space, measured now: on a large engine this takes seconds. */
  diskUsage(options?: CallOptions): Promise<DiskUsage>;
  /** Removes one record of the build cache. "kept": a build uses it, or there is no such record. */
  removeBuildCache(id: string, options?: CallOptions): Promise<"removed" | "kept">;
}

export interface VolumeSummary {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An inspected volume. */
export interface VolumeDetails extends VolumeSummary {
  /** The folder of the engine's machine in which its files are. */
  readonly folder: string;
}

/** Usage of the engine's disk. Sizes are in bytes, undefined where the engine does not know. */
export interface DiskUsage {
  readonly images: readonly ImageUsage[];
  readonly containers: readonly { readonly id: string; readonly size: number | undefined }[];
  readonly volumes: readonly VolumeUsage[];
  /** Empty for an engine without BuildKit. */
  readonly buildCache: readonly BuildCacheUsage[];
}

export interface ImageUsage {
  readonly id: string;
  /** Size of the part that no other image shares: freed with this one. */
  readonly size: number | undefined;
}

export interface VolumeUsage extends VolumeSummary {
  readonly size: number | undefined;
  /** Whether a container, running or not, has it mounted. */
  readonly inUse: boolean;
  /** As of a container. */
  readonly createdAt?: number | undefined;
}

/** One record of BuildKit's cache. */
export interface BuildCacheUsage {
  readonly id: string;
  /** "regular", "source.local", "exec.cachemount" … */
  readonly type: string;
  /** BuildKit's words for its origin; a cache mount's has the mount's target and the command. */
  readonly description: string;
  /** Whether a build that is going on uses it. */
  readonly inUse: boolean;
  readonly size: number | undefined;
  /** As the engine writes times: "2026-01-31T12:00:00.123Z"; undefined when it was never used again. */
  readonly lastUsed: string | undefined;
}

/** The reason of a failed engine call, as far as it matters to sti's next step. */
export type EngineErrorReason =
  | "unreachable-missing-socket"
  | "unreachable-refused"
  | "unreachable-permission"
  | "unreachable-timeout"
  | "unreachable-other"
  | "not-an-engine"
  | "unsupported"
  | "lost"
  | "pull-not-found"
  | "pull-denied"
  | "pull-network"
  | "pull-rate-limit"
  | "push-not-found"
  | "push-denied"
  | "push-network"
  | "push-rate-limit"
  | "build-failed"
  | "build-incomplete"
  | "start-failed"
  /** A volume, or an overlay on one, could not be mounted. */
  | "mount-failed"
  | "disk-full"
  | "not-found"
  | "conflict"
  | "other";

/** The only error an adapter throws, besides the signal's own reason. */
export class EngineError extends Error {
  readonly reason: EngineErrorReason;
  /** The operation in a few words: "create container". */
  readonly operation: string;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  /** Exit code of the command that failed inside a build, if the engine reports it. */
  readonly exitCode: number | undefined;
  /** Found out by a look-up after the call: it has changed nothing, or that could not be found out. */
  readonly effect: "none" | "unknown" | undefined;

  constructor(fields: {
    readonly reason: EngineErrorReason;
    readonly operation: string;
    readonly message: string;
    readonly status?: number | undefined;
    readonly exitCode?: number | undefined;
    readonly effect?: "none" | "unknown" | undefined;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = "EngineError";
    this.reason = fields.reason;
    this.operation = fields.operation;
    this.status = fields.status;
    this.exitCode = fields.exitCode;
    this.effect = fields.effect;
  }
}

/** Whether the engine may have fulfilled the request: no answer came, or an inconclusive one. */
export function isUncertain(error: unknown): error is EngineError {
  if (!(error instanceof EngineError)) return false;
  if (UNCERTAIN.has(error.reason)) return true;
  // An answer of a registry is certain: the engine only passes it on.
  return (error.status ?? 0) >= 500 && !/^(?:pull|push)-/.test(error.reason);
}

const UNCERTAIN: ReadonlySet<EngineErrorReason> = new Set([
  "lost",
  "unreachable-timeout",
  "unreachable-other",
  "not-an-engine",
  "build-incomplete",
]);
