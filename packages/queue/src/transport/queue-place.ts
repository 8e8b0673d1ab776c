// The address of a queue: redis://, rediss:// or postgres://, with the name of one of its queues. Pure.
import { createHash } from "node:crypto";

export interface QueuePlace {
  readonly kind: "redis" | "postgres";
  /** For the client, with credentials. */
  readonly url: string;
  /** Whether the connection is encrypted, and the server's certificate checked. */
  readonly isSecure: boolean;
  /** For people: without credentials and parameters. */
  readonly shown: string;
  /** Queues with different names share nothing. */
  readonly name: string;
}

const KINDS: Readonly<Record<string, QueuePlace["kind"]>> = {
  "redis:": "redis",
  "rediss:": "redis",
  "postgres:": "postgres",
  "postgresql:": "postgres",
};

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The problem follows the address, and has no part of it. */
export function parseQueuePlace(text: string): QueuePlace | { readonly problem: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const kind = url === undefined ? undefined : KINDS[url.protocol];
  if (url === undefined || kind === undefined) {
    return {
      problem: "is no address of a queue: redis://HOST:PORT, rediss://HOST:PORT or postgres://HOST/DATABASE",
    };
  }
  const name = url.searchParams.get("queue") ?? "default";
  if (!NAME.test(name)) {
    return { problem: "names a queue that is not made of at most 40 lower-case letters, digits and hyphens" };
  }
  url.searchParams.delete("queue");
  const isSecure = kind === "redis" ? url.protocol === "rediss:" : secure(url);
  const shown = `${url.protocol}//${url.host}${url.pathname === "/" ? "" : url.pathname}`;
  return { kind, url: url.href, isSecure, shown, name };
}

/** The queue of tasks for a platform. Neither BullMQ nor Redis gives a meaning to its characters. */
export function queueName(place: Pick<QueuePlace, "name">, platform: string): string {
  return `sti-${place.name}-${platform.replace("/", "-")}`;
}

/** The queue of the tasks that one worker takes before others. Workers of the same name share it. */
export function homeQueueName(place: Pick<QueuePlace, "name">, platform: string, worker: string): string {
  const digest = createHash("sha256").update(worker).digest("hex").slice(0, 16);
  return `${queueName(place, platform)}-home-${digest}`;
}

/** Modes that encrypt without checking the server would be of no use here: all but these two check it. */
function secure(url: URL): boolean {
  const mode = url.searchParams.get("sslmode");
  if (mode === null || mode === "disable" || mode === "no-verify") return false;
  url.searchParams.set("sslmode", "verify-full");
  return true;
}
