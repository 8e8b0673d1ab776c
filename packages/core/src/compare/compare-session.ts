// The inputs of a comparison.
import type { Engine } from "../engine/engine.ts";
import type { ImageFiles } from "./image-files.ts";

export interface CompareSession {
  readonly engine: Engine;
  readonly files: ImageFiles;
  /** A new name for a container, one of the session's (`formatSessionId`). */
  readonly nextName: () => string;
  readonly signal?: AbortSignal | undefined;
}
