// The settings of everything that talks to registries, with their defaults.
import { setTimeout as sleep } from "node:timers/promises";
import type { CredentialsOptions } from "./credentials.ts";

/** Times in milliseconds. */
export interface RequestLimits {
  /** Until a connection is there, TLS included. */
  readonly connect: number;
  /** Until an answer begins. */
  readonly headers: number;
  /** Without a byte of a body that has begun. */
  readonly idle: number;
  /** Before a further attempt; a registry that demands more has refused. */
  readonly wait: number;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface RegistryOptions extends Pick<CredentialsOptions, "env" | "homeDirectory"> {
  /** "HOST" or "HOST:PORT": without TLS, or with a certificate that nobody signed. Loopback needs no entry. */
  readonly insecure?: readonly string[] | undefined;
  /** Addresses that are asked first for reading, by registry: { "docker.io": ["https://mirror.example"] }. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Folders with HOST:PORT/ca.crt and client certificates. Default: those of docker. */
  readonly certificateFolders?: readonly string[] | undefined;
  readonly limits?: Partial<RequestLimits> | undefined;
  /** Requests to one host at once. Default: 16. */
  readonly concurrency?: number | undefined;
  /** For tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

export const DEFAULT_LIMITS: RequestLimits = { connect: 10_000, headers: 30_000, idle: 30_000, wait: 30_000 };
export const DEFAULT_CONCURRENCY = 16;

export const MACHINE_CLOCK: Clock = {
  now: () => Date.now(),
  pause: async (milliseconds, signal) => {
    try {
      await sleep(milliseconds, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};

/** Whether a host is this machine, to which connections need no TLS and go by no proxy. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(?:\.\d+){3}$/.test(host)
  );
}
