// The port to a queue's server, `QueueConnection` of @sti/queue, in memory: for tests and simulations of coordinators and workers
// in one process. The types are those of the port by their shape alone, since @sti/queue is tested with this.

/** Milliseconds of a lock, and of a `take` that waits. */
const LOCK = 15_000;
const WAIT = 2_000;
/** Milliseconds that the end of a task is known. */
const KEPT = 60_000;
/** Milliseconds between two searches for stalled tasks. */
const SEARCH_EVERY = 5_000;

interface MemoryOptions {
  readonly jobId: string;
  /** A lower number is taken first. */
  priority?: number;
  attempts?: number;
  /** Milliseconds. */
  delay?: number;
}

interface MemoryTask {
  readonly id: string;
  readonly name: string;
  /** JSON, as a server has it. */
  readonly data: string;
  readonly opts: MemoryOptions;
  state: "active" | "completed" | "delayed" | "failed" | "prioritized";
  attemptsMade: number;
  attemptsStarted: number;
  stalledCounter: number;
  returnvalue: string | undefined;
  failedReason: string;
  owner: object | undefined;
  lockedUntil: number;
}

interface MemoryList {
  readonly tasks: Map<string, MemoryTask>;
  readonly wake: Set<() => void>;
}

export function createMemoryQueue() {
  const lists = new Map<string, MemoryList>();
  const listOf = (name: string): MemoryList => {
    const list = lists.get(name) ?? { tasks: new Map(), wake: new Set() };
    lists.set(name, list);
    return list;
  };
  const exchange = createExchange();
  return {
    /** One for each process. */
    connect: () => {
      const lost = new AbortController();
      return {
        queue: (name: string) => queueOf(listOf(name)),
        taker: (name: string, _options: { readonly worker: string }) => takerOf(listOf(name)),
        relay: (_name: string) => exchange(),
        inspect: () => Promise.reject(new Error("a queue in memory has no server")),
        ping: async () => {},
        cut: (reason: Error) => lost.abort(reason),
        lost: lost.signal,
        close: async () => {},
      };
    },
  };
}

function queueOf({ tasks, wake }: MemoryList) {
  return {
    add: async (name: string, data: unknown, opts: MemoryOptions) => {
      const { jobId: id } = opts;
      if (tasks.has(id)) return;
      const task: MemoryTask = {
        id,
        name,
        data: JSON.stringify(data),
        opts,
        state: "prioritized",
        attemptsMade: 0,
        attemptsStarted: 0,
        stalledCounter: 0,
        returnvalue: undefined,
        failedReason: "",
        owner: undefined,
        lockedUntil: 0,
      };
      tasks.set(id, task);
      if (opts.delay === undefined) wakeAll(wake);
      else delay(task, { tasks, wake }, opts.delay);
    },
    getJob: async (id: string) => {
      const task = tasks.get(id);
      return task && queuedOf(task, tasks);
    },
    getJobState: async (id: string) => tasks.get(id)?.state ?? "unknown",
    getJobCounts: async (...states: string[]) => {
      const counts: Record<string, number> = {};
      for (const state of states)
        counts[state] = [...tasks.values()].filter((task) => task.state === state).length;
      return counts;
    },
    obliterate: async (_options: { readonly force: true }) => tasks.clear(),
    waitUntilReady: async () => {},
    on: (_event: "error", _listener: (error: Error) => void) => {},
    close: async () => {},
  };
}

function queuedOf(task: MemoryTask, tasks: MemoryList["tasks"]) {
  return {
    ...task,
    data: JSON.parse(task.data),
    // As a server leaves it out.
    returnvalue: task.returnvalue && JSON.parse(task.returnvalue),
    getState: async () => (tasks.get(task.id) === task ? task.state : "unknown"),
    remove: async () => {
      if (task.state === "active") throw new Error(`${task.id} is locked`);
      tasks.delete(task.id);
    },
  };
}

function takerOf(list: MemoryList) {
  const { tasks, wake } = list;
  const owner = {};
  let isClosed = false;
  let clock: NodeJS.Timeout | undefined;
  const takeNow = () => {
    let first: MemoryTask | undefined;
    for (const task of tasks.values()) {
      if (task.state !== "prioritized") continue;
      if (first === undefined || (task.opts.priority ?? 0) < (first.opts.priority ?? 0)) first = task;
    }
    if (first === undefined) return undefined;
    first.state = "active";
    first.owner = owner;
    first.attemptsStarted += 1;
    first.lockedUntil = Date.now() + LOCK;
    return takenOf(first, list, owner);
  };
  return {
    take: async ({ waits }: { readonly waits: boolean }) => {
      const found = takeNow();
      if (found !== undefined || !waits || isClosed) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake.add(resolve);
      const end = setTimeout(resolve, WAIT);
      await promise;
      clearTimeout(end);
      wake.delete(resolve);
      return isClosed ? undefined : takeNow();
    },
    renew: async (taken: readonly { readonly id: string }[]) =>
      taken.flatMap(({ id }) => {
        const task = tasks.get(id);
        if (task?.owner !== owner) return [id];
        task.lockedUntil = Date.now() + LOCK;
        return [];
      }),
    findStalled: async () => {
      clock ??= setInterval(() => findStalled(list), SEARCH_EVERY);
    },
    interrupt: async () => {
      isClosed = true;
      wakeAll(wake);
    },
    close: async () => clearInterval(clock),
  };
}

function takenOf(task: MemoryTask, list: MemoryList, owner: object) {
  const end = (state: MemoryTask["state"]) => {
    if (task.owner !== owner || list.tasks.get(task.id) !== task)
      throw new Error(`missing lock of ${task.id}`);
    task.owner = undefined;
    task.state = state;
  };
  return {
    id: task.id,
    data: JSON.parse(task.data),
    attempt: task.attemptsStarted,
    stalls: task.stalledCounter,
    complete: async (value: unknown) => {
      task.returnvalue = JSON.stringify(value);
      end("completed");
      const forget = () => {
        if (task.state === "completed") list.tasks.delete(task.id);
      };
      setTimeout(forget, KEPT).unref();
    },
    fail: async (error: Error) => {
      task.attemptsMade += 1;
      task.failedReason = error.message;
      const isLast =
        error.name === "UnrecoverableError" || task.attemptsMade >= (Number(task.opts.attempts) || 1);
      end(isLast ? "failed" : "prioritized");
      if (!isLast) delay(task, list, 1000);
    },
    giveBack: async () => {
      end("prioritized");
      wakeAll(list.wake);
    },
  };
}

function delay(task: MemoryTask, { wake }: MemoryList, milliseconds: number): void {
  task.state = "delayed";
  setTimeout(() => {
    if (task.state !== "delayed") return;
    task.state = "prioritized";
    wakeAll(wake);
  }, milliseconds);
}

function findStalled({ tasks, wake }: MemoryList): void {
  for (const task of tasks.values()) {
    if (task.state !== "active" || task.lockedUntil > Date.now()) continue;
    task.owner = undefined;
    task.stalledCounter += 1;
    task.state = "prioritized";
    wakeAll(wake);
  }
}

function wakeAll(wake: ReadonlySet<() => void>): void {
  for (const one of [...wake]) one();
}

/** Topics, and patterns with "*" at their end. */
function createExchange() {
  type Listener = (message: { readonly data: unknown }) => void;
  const listeners = new Map<string, Set<Listener>>();
  const retained = new Map<string, { readonly data: string; readonly expiresAt: number }>();
  return () => {
    const own: (() => void)[] = [];
    return {
      publish: async (topic: string, data: unknown, { retain }: { readonly retain?: number } = {}) => {
        const text = JSON.stringify(data);
        if (retain !== undefined) retained.set(topic, { data: text, expiresAt: Date.now() + retain });
        const pattern = `${topic.slice(0, topic.lastIndexOf(".") + 1)}*`;
        for (const name of [topic, pattern])
          for (const listen of [...(listeners.get(name) ?? [])]) listen({ data: JSON.parse(text) });
      },
      subscribe: async (topic: string, listener: Listener) => {
        const known = listeners.get(topic) ?? new Set<Listener>();
        listeners.set(topic, known.add(listener));
        const remove = () => {
          known.delete(listener);
          if (known.size === 0) listeners.delete(topic);
        };
        own.push(remove);
        return { unsubscribe: async () => remove() };
      },
      getRetained: async () => [...retained].map(([topic, one]) => ({ topic, ...one })),
      deleteRetained: async (topic: string) => retained.delete(topic),
      waitUntilReady: async () => {},
      on: (_event: "error", _listener: (error: Error) => void) => {},
      close: async () => {
        for (const remove of own) remove();
      },
    };
  };
}
