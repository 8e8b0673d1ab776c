// An image as a registry describes it: its manifest and its config, never a layer. Types only.
import type { HistoryEntry, ImageConfig } from "../engine/image.ts";

/** A platform as image configs and indexes name it. */
export interface Platform {
  /** "linux" */
  readonly os: string;
  /** Go's name: "amd64", "arm64" … */
  readonly architecture: string;
  /** "v7", "v8" …; left out: any, or none. */
  readonly variant?: string | undefined;
}

/** An image of one platform. Every digest was compared with the bytes that it stands for. */
export interface RegistryImage extends Platform {
  /** "registry.example/acme/api": its repository in the normal form. */
  readonly repository: string;
  /** Of the manifest of this platform, "sha256:…". */
  readonly digest: string;
  /** Of the index, where the reference stands for one; else equal to `digest`. An engine pulls by it. */
  readonly referenceDigest: string;
  /** Of the config, "sha256:…": the image's id in an engine with the classic image store. */
  readonly configDigest: string;
  /** Of the manifest: OCI's or docker's. */
  readonly mediaType: string;
  /** Bytes of all layers together, compressed: an upper limit of a pull. */
  readonly size: number;
  /** Digests of the uncompressed layers, base first. */
  readonly layers: readonly string[];
  readonly config: ImageConfig;
  /** Newest first, as the engine port has it. */
  readonly history: readonly HistoryEntry[];
  /** Milliseconds since 1970; left out where the config names no time, or none that can be read. */
  readonly created?: number | undefined;
}
