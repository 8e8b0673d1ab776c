// The parts that events of sessions and of watches share. Types only.

/** The fields of all events. */
export interface EventFields {
  /** Milliseconds since 1970, by the session's clock. */
  readonly at: number;
}

/** One target of the session, for renderers. */
export interface SessionTarget {
  readonly name: string;
  readonly kind: "app" | "image";
  readonly tag: string;
  readonly dependsOn: readonly string[];
  /** Of a target that is built for several platforms: "linux/arm64". */
  readonly platform?: string | undefined;
}

/** An app or service whose container a watch runs. */
export interface SessionContainer {
  readonly name: string;
  /** The target that builds its image; left out where the image is pulled. */
  readonly builtBy?: string | undefined;
}
