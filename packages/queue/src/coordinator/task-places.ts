// The queues of a session: the shared one, and one of each worker that has tasks of the session.
import type { TaskData } from "../task/task-data.ts";
import type { Presence } from "../task/task-topics.ts";
import type {
  QueueConnection,
  QueuedTask,
  TaskQueue,
  TaskState,
  TaskTaker,
} from "../transport/queue-connection.ts";
import { homeQueueName, type QueuePlace, queueName } from "../transport/queue-place.ts";
import { chooseMoves, loadsOf } from "./choose-moves.ts";
import { createHomes, type Homes } from "./home-worker.ts";
import { taskOptions } from "./task-options.ts";

/** States of tasks that no worker has. */
const UNTAKEN: ReadonlySet<string> = new Set(["delayed", "prioritized", "waiting"]);

export interface PlacedTask {
  /** Adds the task to the queue of its home worker, or joins the same one of another session. */
  order(name: string, data: TaskData): Promise<void>;
  /** Undefined if no queue has it. */
  find(): Promise<QueuedTask | undefined>;
  state(): Promise<TaskState>;
  /** Whether it is on its way into a queue, or between two. */
  isMoving(): boolean;
  /** To the shared queue, unless a worker has it. */
  share(): Promise<void>;
  /** It has ended. */
  forget(): void;
}

interface Entry {
  readonly id: string;
  readonly app: string;
  readonly priority: number;
  readonly isTaken: () => boolean;
  /** Name of the worker; undefined: the shared queue has it. */
  home: string | undefined;
  isMoving: boolean;
}

export class TaskPlaces {
  readonly #connection: QueueConnection;
  readonly #place: QueuePlace;
  readonly #platform: string;
  readonly #workers: () => readonly Presence[];
  readonly #homes: Homes;
  readonly #queues = new Map<string | undefined, TaskQueue>();
  /** Of workers that are gone, by their names: they find tasks with expired locks. */
  readonly #gone = new Map<string, TaskTaker>();
  readonly #entries = new Map<string, Entry>();

  /** `apps`: all of the project, in groups that are spread evenly. `workers`: those of the platform that were seen lately. */
  constructor({
    apps,
    connection,
    place,
    platform,
    workers,
  }: {
    readonly apps: readonly (readonly string[])[];
    readonly connection: QueueConnection;
    readonly place: QueuePlace;
    readonly platform: string;
    readonly workers: () => readonly Presence[];
  }) {
    this.#homes = createHomes(apps);
    this.#connection = connection;
    this.#place = place;
    this.#platform = platform;
    this.#workers = workers;
  }

  async waitUntilReady(): Promise<void> {
    await this.#queueOf(undefined).waitUntilReady();
  }

  /** `app`: the same from run to run. */
  add(given: Pick<Entry, "app" | "id" | "isTaken" | "priority">): PlacedTask {
    const entry: Entry = { ...given, home: undefined, isMoving: false };
    this.#entries.set(entry.id, entry);
    return {
      order: async (name, data) => {
        entry.isMoving = true;
        try {
          await this.#order(entry, name, data);
        } finally {
          entry.isMoving = false;
        }
      },
      find: () => this.#queueOf(entry.home).getJob(entry.id),
      state: () => this.#queueOf(entry.home).getJobState(entry.id),
      isMoving: () => entry.isMoving,
      share: () => this.#share(entry),
      forget: () => this.#entries.delete(entry.id),
    };
  }

  /** Tasks that no worker has begun, in the shared queue and in those of this session's workers. */
  async countWaiting(): Promise<number> {
    const counts = await this.#queueOf(undefined).getJobCounts("waiting", "prioritized");
    const own = [...this.#entries.values()].filter(({ home, isTaken }) => home !== undefined && !isTaken());
    return (counts.waiting ?? 0) + (counts.prioritized ?? 0) + own.length;
  }

  /** Moves tasks to the shared queue that others could begin earlier. Rejects with the queue's error. */
  async balance(): Promise<void> {
    const loads = loadsOf(this.#workers());
    if (loads.every(({ active, slots }) => active >= slots)) return;
    const waiting = [...this.#entries.values()].filter((entry) => !entry.isTaken() && !entry.isMoving);
    await this.#shareAll(chooseMoves(waiting, loads).flatMap((id) => this.#entries.get(id) ?? []));
  }

  /** Moves tasks to the shared queue whose workers are gone. Rejects with the queue's error. */
  async leaveGone(): Promise<void> {
    const taking = new Set(loadsOf(this.#workers()).map(({ name }) => name));
    const entries = [...this.#entries.values()];
    await this.#shareAll(entries.filter(({ home }) => home !== undefined && !taking.has(home)));
    await this.#findStalled();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values(), ...this.#gone.values()].map((one) => one.close()));
  }

  #queueOf(home: string | undefined): TaskQueue {
    const known = this.#queues.get(home);
    if (known !== undefined) return known;
    const shared = queueName(this.#place, this.#platform);
    const name = home === undefined ? shared : homeQueueName(this.#place, this.#platform, home);
    const queue = this.#connection.queue(name);
    queue.on("error", () => {}); // The connection reports it.
    this.#queues.set(home, queue);
    return queue;
  }

  async #order(entry: Entry, name: string, data: TaskData): Promise<void> {
    const home = this.#homes.of(entry.app, loadsOf(this.#workers()));
    const found = await this.#search(entry, new Set([undefined, home, entry.home]));
    if (found !== undefined) {
      entry.home = found.home;
      return;
    }
    entry.home = home;
    await this.#queueOf(home).add(name, data, taskOptions(entry));
    if (home === undefined) return;
    // Another session may have ordered it for the shared queue at the same moment: the own queue wins, if nobody has the other.
    const shared = this.#queueOf(undefined);
    const twin = await shared.getJob(entry.id);
    if (twin === undefined || (await isFinished(twin))) return;
    const isTaken = await twin.remove().then(
      () => false,
      () => true,
    );
    if (isTaken) await this.#withdraw(entry);
  }

  /** The shared queue has the same task already. */
  async #withdraw(entry: Entry): Promise<void> {
    const own = await this.#queueOf(entry.home).getJob(entry.id);
    try {
      await own?.remove();
      entry.home = undefined;
    } catch {
      // A worker has it: both are built, and the first result counts.
    }
  }

  /** The queue that has the task unfinished. Finished ones are removed, so that it can be ordered. */
  async #search(
    { id }: Entry,
    homes: ReadonlySet<string | undefined>,
  ): Promise<{ readonly home: string | undefined } | undefined> {
    const jobs = await Promise.all(
      [...homes].map(async (home) => ({ home, job: await this.#queueOf(home).getJob(id) })),
    );
    for (const { home, job } of jobs) {
      if (job === undefined) continue;
      if (!(await isFinished(job))) return { home };
      await job.remove();
    }
    return undefined;
  }

  async #shareAll(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) await this.#share(entry);
  }

  async #share(entry: Entry): Promise<void> {
    const { home, id } = entry;
    if (home === undefined || entry.isMoving) return;
    entry.isMoving = true;
    try {
      const queue = this.#queueOf(home);
      if (!UNTAKEN.has(await queue.getJobState(id))) return;
      const job = await queue.getJob(id);
      if (job === undefined) return;
      const isTaken = await job.remove().then(
        () => false,
        () => true,
      );
      if (isTaken) return;
      entry.home = undefined;
      const { attemptsMade, attemptsStarted, data, stalledCounter } = job;
      const { attempts = 0, stalls = 0 } = data.before ?? {};
      const before = { attempts: attempts + attemptsStarted, stalls: stalls + stalledCounter };
      await this.#queueOf(undefined).add(
        job.name,
        attemptsStarted === 0 ? data : { ...data, before },
        taskOptions(entry, attemptsMade),
      );
    } finally {
      entry.isMoving = false;
    }
  }

  /** A worker that is gone does not look for stalled tasks in its own queue. */
  async #findStalled(): Promise<void> {
    const seen = new Set(this.#workers().map(({ name }) => name));
    const homes = new Set([...this.#entries.values()].flatMap(({ home }) => home ?? []));
    for (const home of homes) {
      if (seen.has(home) || this.#gone.has(home)) continue;
      const taker = this.#connection.taker(homeQueueName(this.#place, this.#platform, home), {
        worker: "sti run",
      });
      this.#gone.set(home, taker);
      await taker.findStalled();
    }
    for (const [home, taker] of this.#gone) {
      if (homes.has(home) && !seen.has(home)) continue;
      this.#gone.delete(home);
      await taker.close();
    }
  }
}

async function isFinished(job: QueuedTask): Promise<boolean> {
  const state = await job.getState();
  return state === "completed" || state === "failed" || state === "unknown";
}
