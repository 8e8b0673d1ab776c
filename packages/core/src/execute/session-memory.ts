// The records of a session for the next one. If they cannot be written, only the next session gets slower; this is
// reported once.
import type { BuildToRecord } from "./records.ts";
import type { Session } from "./session.ts";
import { emitFor } from "./target-events.ts";

export interface SessionMemory {
  /** Runs a write to the records, as long as they can be written; a failure is reported with `target`. */
  remember(target: string, write: () => Promise<void>): Promise<void>;
  record(recorded: Omit<BuildToRecord, "build"> & { readonly build: Recorded }): Promise<void>;
  /** Whether anything is recorded of a key. The records are looked at once for the session. */
  knows(key: string): Promise<boolean>;
  /** Removes outdated records, if anything was recorded. */
  prune(): Promise<void>;
}

type Recorded = Omit<BuildToRecord["build"], "time" | "toolVersion">;

export function createSessionMemory(session: Session): SessionMemory {
  const { clock, records, toolVersion } = session;
  let isForgetful = false;
  let lastRecorded: string | undefined;
  let keys: Promise<ReadonlySet<string>> | undefined;
  const remember = async (target: string, write: () => Promise<void>) => {
    if (isForgetful) return;
    try {
      await write();
    } catch (error) {
      if (isForgetful) return;
      isForgetful = true;
      const message = `nothing is remembered for the next session: ${(error as Error).message}`;
      emitFor(session, target, { type: "target-warning", message });
    }
  };
  return {
    remember,
    record: ({ build, ...recorded }) =>
      remember(recorded.target, async () => {
        const write = build.isMadeHere ? records.writeBuild : records.writeFound;
        await write({ ...recorded, build: { ...build, time: clock.now(), toolVersion } });
        lastRecorded = recorded.target;
      }),
    knows: async (key) => {
      keys ??= records.listKeys();
      return (await keys).has(key);
    },
    prune: async () => {
      if (lastRecorded !== undefined) {
        await remember(lastRecorded, () => records.prune(session.targetNames));
      }
    },
  };
}
