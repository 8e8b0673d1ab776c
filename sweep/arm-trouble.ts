// Brings a case's trouble over a session: before it starts, and while it runs.
import { setTimeout as pause } from "node:timers/promises";
import type { FaultProxy } from "@sti/testing/fault-proxy";
import { damageState } from "./damage-state.ts";
import { type CallFault, callFaults } from "./fault.ts";
import { occupyPlace } from "./occupy-place.ts";
import type { Prepared } from "./prepare-scenario.ts";
import type { StiProcess } from "./start-sti.ts";
import type { Trouble } from "./sweep-case.ts";

export interface ArmedTrouble {
  /** Of the call; undefined for trouble of another kind. */
  readonly fault: CallFault | undefined;
  /** Call it when the session (or the edit of a watch) has started. Resolves when all trouble is over it. */
  unleash(session: StiProcess): Promise<void>;
  /** Whether the call to be disturbed came at all. */
  readonly hasMet: () => boolean;
  /** Makes the world healthy again; may be called twice. */
  end(): Promise<void>;
}

/** Milliseconds between a call that hangs and Ctrl-C. */
const PATIENCE = 300;

export async function armTrouble(
  trouble: Trouble,
  prepared: Prepared,
  proxy: FaultProxy,
): Promise<ArmedTrouble> {
  const armed = await arm(trouble, prepared, proxy);
  let ended: Promise<void> | undefined;
  return {
    ...armed,
    end: () => {
      ended ??= armed.end();
      return ended;
    },
  };
}

async function arm(
  trouble: Trouble,
  { duration, project }: Prepared,
  proxy: FaultProxy,
): Promise<ArmedTrouble> {
  const nothing: ArmedTrouble = {
    fault: undefined,
    unleash: async () => {},
    hasMet: () => true,
    end: async () => {},
  };
  const { lane } = project;
  switch (trouble.kind) {
    case "call":
      return armCall(trouble, proxy);
    case "signal":
      return {
        ...nothing,
        unleash: async (session) => {
          await pause((duration * trouble.percent) / 100);
          session.kill(trouble.signal);
        },
      };
    case "engine-kill":
      return {
        ...nothing,
        unleash: async (session) => {
          await pause((duration * trouble.percent) / 100);
          lane.killEngine();
          // A session ends by itself; a watch waits for the engine.
          await Promise.race([session.ended, pause(3000)]);
        },
        end: () => lane.restartEngine(),
      };
    case "engine-disk": {
      const release = lane.fillEngine(trouble.free);
      return { ...nothing, end: async () => release() };
    }
    case "place":
      return { ...nothing, end: await occupyPlace(project, trouble) };
    case "state":
      damageState(project, trouble.damage);
      return nothing;
    case "soak":
    case "together":
      return nothing;
    default:
      return trouble satisfies never;
  }
}

/** Time for the call to occur in a watch, in milliseconds; a session that ends has shown that it does not. */
const MISSED = 30_000;

function armCall(
  { call, fault: name, nth }: Extract<Trouble, { kind: "call" }>,
  proxy: FaultProxy,
): ArmedTrouble {
  const fault = callFaults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  // Calls of a watch before the edit do not count.
  const number = (proxy.counts.get(call) ?? 0) + nth;
  const seen = proxy.seen(call, number);
  proxy.inject({ call, nth: number, fault: fault.fault });
  return {
    fault,
    unleash: async (session) => {
      await Promise.race([seen, session.ended, pause(MISSED)]);
      if (fault.isLasting === true) proxy.inject({ fault: fault.fault });
      if (fault.interrupts !== true) return;
      await pause(PATIENCE);
      session.kill("SIGINT");
    },
    hasMet: () => (proxy.counts.get(call) ?? 0) >= number,
    end: async () => proxy.clear(),
  };
}
