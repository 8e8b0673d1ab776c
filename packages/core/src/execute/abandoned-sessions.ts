// Sessions whose process cannot be seen from here, e.g. a CI job's whose container is gone: nothing can ever prove that
// they have ended. Their leftovers are judged by age, and removed only at a user's request. Pure.
import type { ContainerSummary } from "../engine/container.ts";
import type { BuildCacheUsage, VolumeUsage } from "../engine/disk.ts";
import { formatSessionId, parseOwner, type SessionOwner } from "./session-id.ts";

/** Milliseconds. No build takes that long; a watch has no container for that long that does not run. */
const ABANDONED_AFTER = 24 * 60 * 60 * 1000;

const AT_REST: ReadonlySet<string> = new Set(["created", "exited", "dead", "stopped", "configured"]);

export interface UnknownSessions {
  /** Those of which nothing runs and everything is old. */
  readonly abandoned: SessionThings;
  /** Those that may be at work. */
  readonly left: SessionThings;
}

export interface SessionThings {
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly VolumeUsage[];
}

interface Dated {
  readonly createdAt?: number | undefined;
}

function isAbandoned({ createdAt }: Dated, now: number | undefined): boolean {
  return now !== undefined && createdAt !== undefined && now - createdAt > ABANDONED_AFTER;
}

/** Whether the builder is at work. A crash of an engine can leave records of builds that never end: old ones do not count. */
export function isBuilding(records: readonly BuildCacheUsage[], now: number | undefined): boolean {
  return records.some((record) => record.inUse && !isAbandoned(record, now));
}

/** A session is one: its volumes stay as long as one of its containers runs or is young. */
export function findAbandoned(
  held: SessionThings,
  {
    isUnknown,
    now,
  }: {
    /** Whether nothing is known of an owner's process. */
    readonly isUnknown: (owner: SessionOwner) => boolean;
    /** By the engine's clock, whose times these are; undefined: nothing is old. */
    readonly now: number | undefined;
  },
): UnknownSessions {
  const sessionOf = ({ name }: { readonly name: string }) => {
    const owner = parseOwner(name);
    return owner !== undefined && isUnknown(owner) ? formatSessionId(owner) : undefined;
  };
  const isOld = (one: Dated) => isAbandoned(one, now);
  const atWork = new Set([
    ...held.containers.filter((one) => !isOld(one) || !AT_REST.has(one.state)).map(sessionOf),
    ...held.volumes.filter((one) => !isOld(one)).map(sessionOf),
  ]);
  const select = (isWanted: (session: string) => boolean): SessionThings => {
    const isSelected = (one: { readonly name: string }) => {
      const session = sessionOf(one);
      return session !== undefined && isWanted(session);
    };
    return { containers: held.containers.filter(isSelected), volumes: held.volumes.filter(isSelected) };
  };
  return {
    abandoned: select((session) => !atWork.has(session)),
    left: select((session) => atWork.has(session)),
  };
}
