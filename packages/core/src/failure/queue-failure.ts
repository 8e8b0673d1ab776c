// Failures of builds that other machines do. Types only.

export type QueueFailure =
  | {
      readonly code: "queue-unreachable";
      /** Without credentials: "redis://queue.example:6379". */
      readonly queue: string;
      readonly message: string;
    }
  /** Its certificate is not accepted. */
  | { readonly code: "queue-untrusted"; readonly queue: string; readonly message: string }
  | {
      readonly code: "workers-missing";
      readonly queue: string;
      /** "linux/amd64" */
      readonly platform: string;
      /** Seconds. */
      readonly waited: number;
    }
  /** `message`: as in "the task of api was refused by all workers: its signature …". */
  | {
      readonly code: "task-refused";
      readonly target: string;
      readonly worker: string;
      readonly message: string;
    }
  | { readonly code: "task-failed"; readonly target: string; readonly message: string }
  /** Each worker that began the task was gone before its end. */
  | {
      readonly code: "task-abandoned";
      readonly target: string;
      /** In the order of the attempts; those of earlier sessions are not known. */
      readonly workers: readonly string[];
      readonly attempts: number;
    }
  /** A result that a worker has built, or that a build needs, is not in the store. */
  | { readonly code: "result-missing"; readonly target: string; readonly store: string; readonly key: string }
  | { readonly code: "remote-impossible"; readonly message: string; readonly hint: string };
