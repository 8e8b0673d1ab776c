// Networks of the engine port. Types only.

/** A place of a container in a network. */
export interface NetworkPlace {
  /** Name or id. */
  readonly network: string;
  /** Host names by which the network's other containers reach it. */
  readonly aliases: readonly string[];
}

/** One row of the engine's list of networks. */
export interface NetworkSummary {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, by the engine's clock; undefined where it does not report it. */
  readonly createdAt?: number | undefined;
}
