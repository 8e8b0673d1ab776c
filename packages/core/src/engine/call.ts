// The parts that calls to an engine share. Types only.

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

/** "host": the engine's machine's own. */
export type NetworkMode = "default" | "none" | "host";

/** Progress of a pull or push: bytes of all layers known so far. */
export interface TransferProgress {
  readonly current: number;
  readonly total: number;
}

/** Options of the calls that talk to a registry. The adapter knows the user's credentials. */
export interface TransferOptions extends CallOptions {
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Called whenever the engine reports something new, progress or not. */
  readonly onSign?: (() => void) | undefined;
  /**
   * Of a push, the longest wait that the engine may announce before it sends a layer again, in milliseconds; after a longer one
   * the push has failed. Engines wait longer from time to time, a minute in all. Left out: any.
   */
  readonly longestWait?: number | undefined;
}
