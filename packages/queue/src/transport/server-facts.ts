// Properties of a queue server that decide whether it is fit for tasks. Types only.

export interface ServerFacts {
  /** "Redis", "Valkey", "PostgreSQL" */
  readonly product: string;
  /** "7.0.15" */
  readonly version: string;
  /** Oldest version that sti works with: "6.2". */
  readonly oldest: string;
  /** Its clock, milliseconds since 1970. */
  readonly now: number;
  /** Whether data may be dropped when memory is short; undefined: no. */
  readonly eviction: { readonly found: string; readonly fix: string } | undefined;
  /** Whether tasks can be lost when it ends; undefined: no. */
  readonly volatility: { readonly found: string; readonly fix: string } | undefined;
  /** Rights of the user that sti has no use for: "change settings of the server". */
  readonly excess: readonly string[];
}
