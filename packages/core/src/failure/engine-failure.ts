// Failures of the engine. Types only.

/**
 * The state of the tags of a target whose build failed. "unchanged": the build has moved none. "moved": it has moved
 * one of them at least. "unknown": the engine was asked to move one, and did not answer, nor when it was asked again.
 */
export type TagsFact = "unchanged" | "moved" | "unknown";

export type EngineFailure =
  | {
      readonly code: "engine-unreachable";
      readonly host: string;
      /** The setting that names the host: "DOCKER_HOST", "context desktop" … */
      readonly from: string;
      readonly reason: "missing-socket" | "refused" | "permission" | "timeout" | "not-an-engine" | "other";
      readonly message: string;
    }
  | { readonly code: "engine-unsupported"; readonly host: string; readonly message: string }
  | { readonly code: "engine-context-unknown"; readonly message: string }
  | {
      readonly code: "engine-lost";
      readonly operation: string;
      readonly target?: string;
      readonly tags?: TagsFact | undefined;
      readonly message: string;
    }
  | {
      readonly code: "disk-full";
      readonly operation: string;
      readonly target?: string;
      readonly tags?: TagsFact | undefined;
      readonly message: string;
    }
  | {
      readonly code: "engine-error";
      readonly operation: string;
      readonly target?: string;
      readonly tags?: TagsFact | undefined;
      readonly status?: number | undefined;
      readonly message: string;
    };
