// Observations of an image that ran: its commands, its answers, its ports. Types only.

/** One command in a container of its own. */
export interface CommandObservation {
  readonly name: string;
  /** Undefined if it did not end by itself; `problem` has the reason. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly problem?: string | undefined;
}

/** An answer, or why there was none. */
export type HttpAnswer =
  | {
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly problem: string };

export interface HttpObservation {
  readonly name: string;
  readonly answer: HttpAnswer;
}

export interface BehaviourObservation {
  readonly commands: readonly CommandObservation[];
  readonly http: readonly HttpObservation[];
  /** Inside the container, in order. */
  readonly ports: readonly { readonly port: number; readonly isListening: boolean }[];
  /** The end of an app that should have kept running; undefined where it ran, or was not started. */
  readonly ended: string | undefined;
  /** Milliseconds from the start to the first port that listened. */
  readonly startup: number | undefined;
  /** Bytes that the app used when all had been asked; undefined where it did not run then. */
  readonly memory: number | undefined;
}
