// The slots of a worker: takes tasks from its own queue and from the shared one, never more at a time than it has slots.
import type { TaskReturn } from "../task/task-data.ts";
import type { TakenTask, TaskTaker } from "../transport/queue-connection.ts";

/** Milliseconds between two renewals of the locks of tasks; a third of their life. */
const RENEW_EVERY = 5_000;
/** Milliseconds before a queue is read again that could not be read. */
const AGAIN = 1_000;

export interface TaskSlotsOptions {
  /** Read in this order: the shared queue is only asked while the worker's own one is empty. */
  readonly takers: readonly TaskTaker[];
  readonly slots: number;
  /** `signal`: aborted with a LostError, or by `abortAll`. Rejects with GivenBackError to let others take the task. */
  readonly process: (task: TakenTask, options: { readonly signal: AbortSignal }) => Promise<TaskReturn>;
  /** The queue has noted the end of a task, or that it is given back; its slot is free. */
  readonly onNoted: (task: TakenTask) => void;
  /** The queue could not be told of the end of a task: another worker will build it again. */
  readonly onProblem: (task: TakenTask, error: Error) => void;
}

export interface TaskSlots {
  /** Takes tasks from now on. */
  start(): Promise<void>;
  /** Tasks in progress. */
  readonly active: () => number;
  pause(): void;
  resume(): void;
  /** Aborts the tasks in progress. */
  abortAll(reason: Error): void;
  /** Takes no more; resolves when the tasks in progress have ended. */
  close(): Promise<void>;
  /** Once the connection is cut: takes no more, and waits for nothing. */
  abandon(): void;
}

/** The queue has given the task to another worker. */
export class LostError extends Error {
  constructor() {
    super("another worker has the task");
  }
}

/** Another worker should have the task. */
export class GivenBackError extends Error {}

interface Source {
  readonly taker: TaskTaker;
  /** At the last look, since a slot was free. */
  isEmpty: boolean;
  readonly held: Map<TakenTask, AbortController>;
}

export function createTaskSlots(options: TaskSlotsOptions): TaskSlots {
  return new Slots(options);
}

class Slots implements TaskSlots {
  readonly #options: TaskSlotsOptions;
  readonly #sources: readonly Source[];
  #used = 0;
  #isPaused = false;
  #isClosed = false;
  #changed = Promise.withResolvers<void>();
  #loops: readonly Promise<void>[] = [];
  #clock: NodeJS.Timeout | undefined;

  constructor(options: TaskSlotsOptions) {
    this.#options = options;
    this.#sources = options.takers.map((taker) => ({ taker, isEmpty: false, held: new Map() }));
  }

  async start(): Promise<void> {
    await Promise.all(this.#sources.map(({ taker }) => taker.findStalled()));
    if (this.#isClosed) return;
    this.#clock = setInterval(() => void this.#renew(), RENEW_EVERY);
    this.#loops = this.#sources.map((source, index) => this.#read(source, this.#sources.slice(0, index)));
  }

  active = () => this.#used;

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#lookAgain();
  }

  abortAll(reason: Error): void {
    for (const { held } of this.#sources) for (const stop of held.values()) stop.abort(reason);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await Promise.all(this.#sources.map(({ taker }) => taker.interrupt()));
    await Promise.all(this.#loops);
    while (this.#used > 0) await this.#changed.promise;
    clearInterval(this.#clock);
    await Promise.all(this.#sources.map(({ taker }) => taker.close()));
  }

  abandon(): void {
    this.#isClosed = true;
    this.#wake();
    clearInterval(this.#clock);
    for (const { taker } of this.#sources) taker.close().catch(() => {}); // Nobody can be told any more.
  }

  /** A free slot looks at all queues anew, the own one first. */
  #lookAgain(): void {
    for (const source of this.#sources) source.isEmpty = false;
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  #isOpen(): boolean {
    return !this.#isClosed && !this.#isPaused && this.#used < this.#options.slots;
  }

  async #read(source: Source, before: readonly Source[]): Promise<void> {
    while (!this.#isClosed) {
      if (!this.#isOpen() || before.some(({ isEmpty }) => !isEmpty)) {
        await this.#changed.promise;
        continue;
      }
      const task = await this.#takeFrom(source);
      if (task === undefined) continue;
      // While this queue was waited for, another one may have filled the last slot.
      if (this.#isOpen()) void this.#hold(task, source);
      else await this.#note(task, () => task.giveBack());
    }
  }

  async #takeFrom(source: Source): Promise<TakenTask | undefined> {
    try {
      const task = await source.taker.take({ waits: source.isEmpty });
      const isEmpty = task === undefined;
      if (isEmpty !== source.isEmpty) {
        source.isEmpty = isEmpty;
        this.#wake();
      }
      return task;
    } catch {
      // The connection reports it.
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, AGAIN);
      await promise;
      return undefined;
    }
  }

  async #hold(task: TakenTask, { held }: Source): Promise<void> {
    this.#used += 1;
    const stop = new AbortController();
    held.set(task, stop);
    const end = await this.#process(task, stop.signal);
    const isNoted = end !== undefined && (await this.#note(task, end));
    held.delete(task);
    this.#used -= 1;
    this.#lookAgain();
    if (isNoted) this.#options.onNoted(task);
  }

  /** Undefined if the task is another worker's. */
  async #process(task: TakenTask, signal: AbortSignal): Promise<(() => Promise<void>) | undefined> {
    try {
      const value = await this.#options.process(task, { signal });
      return () => task.complete(value);
    } catch (error) {
      if (signal.reason instanceof LostError) return undefined;
      return error instanceof GivenBackError ? () => task.giveBack() : () => task.fail(error as Error);
    }
  }

  async #note(task: TakenTask, end: () => Promise<void>): Promise<boolean> {
    try {
      await end();
      return true;
    } catch (error) {
      this.#options.onProblem(task, error as Error);
      return false;
    }
  }

  async #renew(): Promise<void> {
    for (const { held, taker } of this.#sources) {
      try {
        const lost = new Set(await taker.renew([...held.keys()]));
        for (const [task, stop] of held) if (lost.has(task.id)) stop.abort(new LostError());
      } catch {
        // The server is away, which the connection reports; the next renewal finds out whose the tasks are.
      }
    }
  }
}
