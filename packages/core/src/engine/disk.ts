// Volumes of the engine port, and its use of the disk. Types only.

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
  /** Of BuildKit, or of Podman's builder: only the containers in which builds are going on. */
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

/** One record of a builder's cache. */
export interface BuildCacheUsage {
  readonly id: string;
  /** "regular", "source.local", "exec.cachemount" …; of Podman "working-container" */
  readonly type: string;
  /** The builder's words for its origin; a cache mount's has the mount's target and the command. */
  readonly description: string;
  /** Whether a build that is going on uses it. */
  readonly inUse: boolean;
  /** Milliseconds since 1970 by the engine's clock, where the engine gives it. */
  readonly createdAt?: number | undefined;
  readonly size: number | undefined;
  /** As the engine writes times: "2026-01-31T12:00:00.123Z"; undefined when it was never used again. */
  readonly lastUsed: string | undefined;
}
