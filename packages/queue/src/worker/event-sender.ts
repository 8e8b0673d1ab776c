// Sends the events of a task as they happen, in batches and in order, and keeps them for its log.
import { eventsTopic, type TargetEvent, type TaskMessage } from "../task/task-topics.ts";
import type { TaskRelay } from "../transport/queue-connection.ts";

/** Milliseconds that an event waits for others. */
const PAUSE = 80;
/** Characters of a message; the relay refuses larger ones. */
const LARGEST = 128 * 1024;

export interface EventSender {
  readonly events: readonly TargetEvent[];
  /** Messages that could not be sent so far: their number, and the last error. */
  readonly lost: () => { readonly count: number; readonly message: string } | undefined;
  add(event: TargetEvent): void;
  /** Resolves when all were sent. A message that cannot be sent is in the log. */
  flush(): Promise<void>;
}

export function createEventSender(
  relay: Pick<TaskRelay, "publish">,
  { attempt, task, worker }: { readonly task: string; readonly worker: string; readonly attempt: number },
): EventSender {
  const events: TargetEvent[] = [];
  let [sent, lost, problem] = [0, 0, ""];
  let sending: Promise<void> | undefined;
  let clock: NodeJS.Timeout | undefined;
  const sendAll = async () => {
    while (sent < events.length) {
      const from = sent;
      const batch: TargetEvent[] = [];
      let size = 0;
      for (const event of events.slice(from, from + 500)) {
        size += JSON.stringify(event).length;
        if (batch.length > 0 && size > LARGEST) break;
        batch.push(event);
      }
      sent += batch.length;
      const message: TaskMessage = { kind: "events", worker, attempt, from, events: batch };
      // Who misses it reads the log.
      await relay.publish(eventsTopic(task), message).catch(({ message: why }: Error) => {
        [lost, problem] = [lost + 1, why];
      });
    }
  };
  const send = () => {
    clearTimeout(clock);
    clock = undefined;
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  return {
    events,
    lost: () => (lost === 0 ? undefined : { count: lost, message: problem }),
    add: (event) => {
      events.push(event);
      clock ??= setTimeout(() => void send(), PAUSE);
    },
    flush: async () => {
      while (sending !== undefined || sent < events.length) await send();
      clearTimeout(clock);
    },
  };
}
