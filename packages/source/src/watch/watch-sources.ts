// Watches the inputs of targets, and reports the targets whose sources changed. One root is watch-root.ts, the choice
// of roots watch-plan.ts; the time of builds is decided elsewhere.
import type { DiskChange } from "@sti/core";
import { needsPolling } from "../disk/needs-polling.ts";
import { attributeChanges, type HeldPaths, type Owner } from "./attribute-changes.ts";
import { createOverflowGuard } from "./overflow-guard.ts";
import { createPlaceGuard } from "./place-guard.ts";
import { planRoots, type WatchedProject } from "./plan-roots.ts";
import { findConcerned, type WatchedRoot } from "./watch-plan.ts";
import { describeWatchError, isWantOfWatches, type WatchProblem } from "./watch-problem.ts";
import { type RootWatch, watchRoot } from "./watch-root.ts";

export interface WatchSourcesOptions extends WatchedProject {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  /** Polling interval in milliseconds, instead of events of the file system. */
  readonly poll?: number | undefined;
  /** Never called after close(). Must not throw. */
  readonly onChange: (change: DiskChange) => void;
  /** One line for people: the problem with watching, and the fallback. */
  readonly onProblem: (message: string) => void;
  /** Number of events that the kernel's queue can contain. Default: the kernel's setting. */
  readonly queueLimit?: number | undefined;
  /** Milliseconds of quiet after which everything is checked once more. Default: a minute. */
  readonly idleCheck?: number | undefined;
}

export interface SourceWatcher {
  /** Watches another project from now on; roots that both watch are left undisturbed. Resolves when it is ready. */
  update(project: WatchedProject): Promise<void>;
  /** Nothing is left open. */
  close(): Promise<void>;
}

/** Interval for checking roots that may have been replaced, in milliseconds. */
const PLACE_CHECK = 2000;
const IDLE_CHECK = 60_000;
/** Interval if the file system reports no changes, or no more of it can be watched. */
const USUAL_POLL = 1000;

/** Resolves when it is ready. Earlier changes are reported right after that, as a change of everything. */
export async function watchSources(options: WatchSourcesOptions): Promise<SourceWatcher> {
  const watching = new Watching(options);
  try {
    await watching.update(options);
  } catch (error) {
    await watching.close();
    throw error;
  }
  watching.reportEverything();
  return watching;
}

interface ActiveRoot extends WatchedRoot<Owner> {
  readonly watch: RootWatch;
}

class Watching implements SourceWatcher {
  readonly #options: WatchSourcesOptions;
  readonly #roots = new Map<string, ActiveRoot>();
  /** Roots that the kernel has no more watches for. */
  readonly #polled = new Set<string>();
  readonly #reported = new Set<string>();
  readonly #places = createPlaceGuard();
  readonly #overflow: ReturnType<typeof createOverflowGuard>;
  readonly #timer: NodeJS.Timeout;
  #project: WatchedProject;
  #isOpen = true;
  /** Each change of the watched paths waits for the previous ones. */
  #last: Promise<void> = Promise.resolve();
  #flush: NodeJS.Immediate | undefined;
  #changed = new Set<string>();
  /** Of editors' files, by target: reported together with another change. */
  readonly #held: HeldPaths = new Map();
  #isEverything = false;
  #lastChange: number | undefined;

  constructor(options: WatchSourcesOptions) {
    this.#options = options;
    this.#project = options;
    this.#overflow = createOverflowGuard({ limit: options.queueLimit, onOverflow: () => this.#startAgain() });
    this.#timer = setInterval(() => this.#check(), Math.min(PLACE_CHECK, options.idleCheck ?? IDLE_CHECK));
    this.#timer.unref();
  }

  async update(project: WatchedProject): Promise<void> {
    this.#project = project;
    await this.#inTurn(() => this.#arrange());
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    clearInterval(this.#timer);
    clearImmediate(this.#flush);
    this.#overflow.close();
    await this.#last.catch(() => undefined);
    await this.#closeAll();
  }

  reportEverything(): void {
    this.#isEverything = true;
    this.#reportSoon();
  }

  /** Opens new roots before it closes old ones: the kernel's watches that both need stay. */
  async #arrange(): Promise<void> {
    if (!this.#isOpen) return;
    const roots = await planRoots(this.#project, this.#options.directory);
    const planned = new Map(roots.map((root) => [root.key, root]));
    const missing = [...planned.values()].filter(({ key }) => !this.#roots.has(key));
    await Promise.all(missing.map((root) => this.#open(root)));
    for (const [key, root] of this.#roots) {
      const now = planned.get(key);
      if (now === undefined) {
        this.#roots.delete(key);
        await root.watch.close();
      } else this.#roots.set(key, { ...root, inputs: now.inputs });
    }
    this.#places.keep([...this.#roots.values()].flatMap((one) => one.inputs.map(({ root }) => root)));
    // Somebody may have changed it before it was watched.
    for (const { root } of missing) this.#add(root);
  }

  async #open(planned: WatchedRoot<Owner>): Promise<void> {
    const { key, root } = planned;
    const { poll } = this.#options;
    let isWanting = false;
    const open = (interval: number | undefined) =>
      watchRoot(root, {
        inputs: planned.inputs,
        poll: interval,
        onPath: (path) => this.#add(path),
        onRaw: () => this.#overflow.count(),
        onError: (error) => {
          if (!this.#isOpen) return;
          this.#reportProblem(describeWatchError(error, root));
          if (interval !== undefined || !isWantOfWatches(error) || isWanting) return;
          isWanting = true;
          this.#polled.add(root);
          if (this.#roots.has(key)) this.#later(() => this.#openAgain(planned));
        },
      });
    const isRemote = poll === undefined && !this.#polled.has(root) && (await needsPolling(root));
    let watch = await open(poll ?? (isRemote || this.#polled.has(root) ? USUAL_POLL : undefined));
    if (isWanting) {
      await watch.close();
      watch = await open(USUAL_POLL);
    }
    if (this.#isOpen) this.#roots.set(key, { ...planned, watch });
    else await watch.close();
  }

  async #openAgain(root: WatchedRoot<Owner>): Promise<void> {
    const active = this.#roots.get(root.key);
    if (active === undefined || !this.#isOpen) return;
    this.#roots.delete(root.key);
    await active.watch.close();
    await this.#open(active);
    this.#add(root.root);
  }

  /** The watched files may have been replaced: no watch is kept, since watches are shared by their paths. */
  #startAgain(): void {
    this.#later(async () => {
      await this.#closeAll();
      await this.#arrange();
      this.reportEverything();
    });
  }

  async #closeAll(): Promise<void> {
    const roots = [...this.#roots.values()];
    this.#roots.clear();
    await Promise.all(roots.map(({ watch }) => watch.close()));
  }

  #check(): void {
    if (this.#places.findReplaced().length > 0) this.#startAgain();
    const { idleCheck = IDLE_CHECK } = this.#options;
    if (this.#lastChange === undefined || performance.now() - this.#lastChange < idleCheck) return;
    this.reportEverything();
  }

  /** `path`: absolute. */
  #add(path: string): void {
    if (!this.#isOpen) return;
    this.#changed.add(path);
    this.#reportSoon();
  }

  #reportSoon(): void {
    if (this.#isOpen) this.#flush ??= setImmediate(() => this.#report());
  }

  #report(): void {
    this.#flush = undefined;
    const changed = this.#changed;
    this.#changed = new Set();
    const { config, decides, sources } = attributeChanges(changed, {
      directory: this.#options.directory,
      targets: this.#project.targets,
      inputsOf: (path) => [...this.#roots.values()].flatMap((root) => findConcerned(root.inputs, path)),
      held: this.#held,
    });
    // The watched paths depend on the present files.
    if (decides) this.#later(() => this.#arrange());
    const { onChange } = this.#options;
    if (config.size > 0) onChange({ kind: "config", paths: [...config] });
    if (this.#isEverything) {
      this.#isEverything = false;
      this.#held.clear();
      this.#lastChange = undefined;
      onChange({ kind: "everything" });
    } else if (sources.size > 0) {
      this.#lastChange = performance.now();
      onChange({ kind: "sources", changes: sources });
    }
  }

  #reportProblem({ kind, message }: WatchProblem): void {
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.#options.onProblem(message);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#last.catch(() => undefined).then(work);
    this.#last = next;
    await next;
  }

  #later(work: () => Promise<void>): void {
    if (!this.#isOpen) return;
    this.#inTurn(work).catch((error: unknown) => {
      if (this.#isOpen) this.#reportProblem(describeWatchError(error as Error, this.#options.directory));
    });
  }
}
