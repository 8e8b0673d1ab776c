// The error of a request to a registry: the one that implementations of the ports here throw.

/** The reason of a failed request, as far as it matters to the next step. */
export type RegistryErrorReason =
  /** No connection, no answer in time, or a server error after all attempts. */
  | "unreachable"
  /** The certificate of the registry is not trusted, or the registry does not speak TLS. */
  | "untrusted"
  /** Credentials are missing, wrong, or allow less. */
  | "denied"
  /** 429 after all attempts, or one that demands a longer wait than the limit. */
  | "rate-limit"
  /** The repository, the manifest or the blob does not exist. Reading calls resolve to undefined instead. */
  | "not-found"
  /** A quota, or the disk. */
  | "full"
  /** The registry has no such function, or it is switched off: deleting, for example. */
  | "unsupported"
  /** The answer is not what was asked for: other bytes than the digest, no JSON, a foreign type, or too large. */
  | "invalid"
  /** Any other refusal, in the registry's own words. */
  | "refused";

/** The only error that the ports of this folder throw, besides the signal's own reason. It has no secret in it. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly reason: RegistryErrorReason;
  /** The operation in a few words: "read manifest". */
  readonly operation: string;
  /** "registry.example:5000" */
  readonly registry: string;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  /** The registry's own code: "MANIFEST_UNKNOWN". */
  readonly code: string | undefined;

  constructor(fields: {
    readonly reason: RegistryErrorReason;
    readonly operation: string;
    readonly registry: string;
    readonly message: string;
    readonly status?: number | undefined;
    readonly code?: string | undefined;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.reason = fields.reason;
    this.operation = fields.operation;
    this.registry = fields.registry;
    this.status = fields.status;
    this.code = fields.code;
  }
}
