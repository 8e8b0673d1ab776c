// A small world for the reducer of a watch. It knows the truth, and throws where the reducer asks for something forbidden.
import { advanceWatch } from "../src/watch/advance-watch.ts";
import type { OnBusy } from "../src/watch/watch-ports.ts";
import {
  type Asked,
  type BuildEnd,
  type PendingChanges,
  startWatch,
  type TargetState,
  type WatchEffect,
  type WatchedTarget,
  type WatchInput,
  type WatchState,
} from "../src/watch/watch-state.ts";
import {
  type Definition,
  type Definitions,
  defining,
  digest,
  EMPTY,
  fails,
  failsForNow,
  keyOf,
  must,
  NAMES,
  type Source,
} from "./world-content.ts";

const QUIET_PERIOD = 50;

interface Run {
  readonly asked: Asked | undefined;
  readonly definition: string;
  readonly images: readonly string[];
  digest: string;
  isCancelled: boolean;
}

/** Something that takes time. `choice` makes the random decisions. */
interface Task {
  readonly name: string;
  readonly end: (choice: number) => void;
  readonly canEnd?: () => boolean;
}

export class World {
  readonly concurrency: number;
  readonly sources = new Map<string, Source>();
  /** The sources as the reader knows them: it reads only reported paths. */
  readonly seen = new Map<string, Source>();
  /** Reads that are still wanted. */
  readonly reads = new Map<string, number>();
  /** Targets that were being read when the config changed their definition. */
  readonly again = new Set<string>();
  /** Times of reported changes: the last one, and the first one since a read. */
  readonly changedAt = new Map<string, number>();
  readonly noisySince = new Map<string, number>();
  /** Cancelled builds in a row. */
  readonly restarts = new Map<string, number>();
  /** Requests that are not fulfilled yet, and targets to be checked since the engine came back. */
  readonly asked = new Set<string>();
  readonly unchecked = new Set<string>();
  isSurveyed = true;
  readonly onBusy: OnBusy;
  /** The config's present content; the valid one is in `applied`. */
  config: Definitions;
  applied: Definitions;
  isConfigBroken = false;
  isEngineUp = true;
  readonly images = new Map<string, { readonly id: string; readonly key: string }>();
  isTampered = false;
  readonly runs = new Map<string, Run>();
  readonly tasks: Task[] = [];
  /** The last end of a target, for ends that may not be tried again. */
  readonly ends = new Map<string, { readonly kind: BuildEnd["kind"]; readonly key: string }>();
  /** Number of times in a row that the engine went away under it; three times is too often. */
  readonly losses = new Map<string, number>();
  readonly gaveUp = new Map<string, string>();
  readonly reported = new Map<string, string>();
  readonly reports: string[] = [];
  readonly starts: string[] = [];
  idle: Extract<WatchEffect, { kind: "idle" }> | undefined;
  isStopped = false;
  isFollowedUp = false;
  now = 1_000;
  ids = 0;
  state: WatchState;

  constructor(config: Definitions, onBusy: OnBusy, concurrency: number) {
    this.config = config;
    this.applied = config;
    this.concurrency = concurrency;
    this.onBusy = onBusy;
    for (const name of NAMES) this.write(name, EMPTY);
    for (const name of NAMES) this.seen.set(name, EMPTY);
    const policy = { quietPeriod: QUIET_PERIOD, longestNoise: 2_000, onBusy, concurrency };
    this.state = startWatch(policy, this.watched(config), this.now);
    this.send({ kind: "woke" });
  }

  watched(config: Definitions): readonly WatchedTarget[] {
    return [...config].map(([name, definition]) => ({
      name,
      definition: defining(name, definition),
      dependencies: definition.needs,
      priority: 0,
      digest: this.digestOf(name) as string,
    }));
  }

  write(name: string, change: Partial<Source>): void {
    this.sources.set(name, { ...EMPTY, ...this.sources.get(name), ...change });
  }

  /** Of the source as it is. */
  digestOf(name: string, definition = this.config.get(name)): string | undefined {
    return digest(this.sources.get(name), definition);
  }

  send(input: WatchInput): void {
    const { effects, state } = advanceWatch(this.state, input, this.now);
    this.state = state;
    for (const effect of effects) this.perform(effect);
  }

  perform(effect: WatchEffect): void {
    must(!this.isStopped, "nothing is done once it has stopped");
    switch (effect.kind) {
      case "wake":
      case "pause":
        return;
      case "survey":
        must(this.isEngineUp || !this.state.isEngineLost, "a lost engine is not asked");
        this.tasks.push({ name: "survey", end: () => this.survey() });
        return;
      case "read":
        for (const [target, changes] of effect.reads) this.read(effect.id, target, changes);
        return;
      case "build":
        this.build(effect.target, effect.asked);
        return;
      case "cancel": {
        const run = this.runs.get(effect.target);
        must(run !== undefined && !run.isCancelled, "what is cancelled runs");
        (run as Run).isCancelled = true;
        return;
      }
      case "unchanged":
        this.hear(effect.target, "made");
        return;
      case "failed":
        this.hear(effect.target, "failed");
        return;
      case "skip":
        this.hear(effect.target, "skipped");
        return;
      case "reload":
        this.tasks.push({ name: "reload", end: () => this.reload() });
        return;
      case "reconnect":
        this.tasks.push({
          name: "reconnect",
          canEnd: () => this.isEngineUp && this.runs.size === 0,
          end: () => this.send({ kind: "engine-back" }),
        });
        return;
      case "idle": {
        must(this.runs.size === 0, "nothing runs when it is idle");
        const isUseless = [...this.state.targets.values()].every(({ done }) => done === undefined);
        must(this.isSurveyed || isUseless, "it is not idle before it is known what images there are");
        this.isSurveyed = false;
        this.idle = effect;
        return;
      }
      case "stopped":
        must(this.runs.size === 0, "nothing runs when it has stopped");
        this.isStopped = true;
        return;
      default:
        effect satisfies never;
    }
  }

  hear(name: string, how: string): void {
    this.reported.set(name, how);
    this.reports.push(name);
  }

  read(id: number, name: string, { everything, paths }: PendingChanges): void {
    const definition = this.applied.get(name) as Definition;
    must(!this.reads.has(name), `${name} is read by one at a time`);
    const since = this.now - (this.noisySince.get(name) ?? this.now);
    const isRushed = this.state.targets.get(name)?.isRushed === true;
    const isWaitedOut = isRushed
      ? since >= 2_000
      : this.now - (this.changedAt.get(name) ?? 0) >= QUIET_PERIOD;
    must(this.again.delete(name) || isWaitedOut, "noise is waited out");
    this.noisySince.delete(name);
    this.reads.set(name, id);
    const early = this.sources.get(name) as Source;
    this.tasks.push({
      name: `read ${name}`,
      end: (choice) => {
        const isWanted = this.reads.get(name) === id;
        if (isWanted) this.reads.delete(name);
        // A change during the read may be included or not; it is reported all the same.
        const there = choice % 2 === 0 ? (this.sources.get(name) as Source) : early;
        const known = everything ? there : this.look(name, there, paths);
        if (isWanted) this.seen.set(name, known);
        const found = digest(known, definition);
        this.send({ kind: "source-read", target: name, read: id, digest: found });
        if (isWanted) this.checkCancelled(name, found);
      },
    });
  }

  /** Only reported files are read. */
  look(name: string, there: Source, paths: ReadonlySet<string>): Source {
    const seen = this.seen.get(name) as Source;
    return {
      x: paths.has(`${name}/x`) ? there.x : seen.x,
      y: paths.has(`${name}/y`) ? there.y : seen.y,
      isReadable: there.isReadable,
    };
  }

  /** A build from outdated inputs is not finished. */
  checkCancelled(name: string, found: string | undefined): void {
    if (this.onBusy === "queue") return;
    const done = this.state.targets.get(name)?.done;
    const isToBeBuilt = found !== undefined && done?.source !== found && !this.runs.has(name);
    for (const [running, run] of this.runs) {
      if ((this.restarts.get(running) ?? 0) >= 5) continue;
      if (running === name) must(run.isCancelled || run.digest === found, `${name} is cancelled`);
      if (!isToBeBuilt || !this.needsOf(running).includes(name)) continue;
      must(run.isCancelled, `${running} is cancelled, for it needs ${name}`);
    }
  }

  build(name: string, asked: Asked | undefined): void {
    const definition = this.applied.get(name);
    must(definition !== undefined, `${name} is in the config`);
    must(!this.runs.has(name), `${name} is built by one at a time`);
    must(this.runs.size < this.concurrency, "no more are built than may be");
    must(!this.state.isStopping, "nothing begins when it is to stop");
    const { changes: edits, isLoading } = this.state.config;
    must(edits === undefined && !isLoading, "nothing begins while the config is read");
    for (const needed of this.needsOf(name)) {
      must(!this.runs.has(needed), `${name} is not built while ${needed}, which it needs, is built`);
    }
    must(this.isSurveyed && !this.state.isEngineLost, "it is known what images there are");
    const { needs } = definition as Definition;
    const { changes, isRushed, reading, source: digest } = this.state.targets.get(name) as TargetState;
    must((changes === undefined && reading === undefined) || isRushed, "what has changed is looked at first");
    must(digest !== undefined, "what is built can be read");
    this.unchecked.delete(name);
    const images = needs.map(
      (needed) => this.images.get(needed)?.id ?? this.state.targets.get(needed)?.imageId ?? "",
    );
    const run: Run = {
      asked,
      definition: defining(name, definition as Definition),
      images,
      digest: digest as string,
      isCancelled: false,
    };
    const before = this.ends.get(name);
    must(
      asked !== undefined || before?.key !== keyOf(run.definition, run.digest, images),
      `${name} is not built again from what it was built from, or failed`,
    );
    this.runs.set(name, run);
    this.starts.push(name);
    this.tasks.push({ name: `build ${name}`, end: (choice) => this.endBuild(name, choice) });
  }

  /** All direct and indirect dependencies of a target. */
  needsOf(name: string): readonly string[] {
    const needs = this.applied.get(name)?.needs ?? [];
    return [...needs, ...needs.flatMap((needed) => this.needsOf(needed))];
  }

  endBuild(name: string, choice: number): void {
    const run = this.runs.get(name) as Run;
    const now = this.digestOf(name, this.applied.get(name));
    const isSame = run.definition === defining(name, this.applied.get(name) ?? { version: 0, needs: [] });
    if (
      choice % 4 === 3 &&
      isSame &&
      !this.reads.has(name) &&
      this.isEngineUp &&
      !run.isCancelled &&
      now !== undefined &&
      now !== run.digest
    ) {
      // It found that its source had changed while it was sent.
      run.digest = now;
      this.seen.set(name, this.sources.get(name) as Source);
      this.send({ kind: "source-read-by-build", target: name, digest: now });
    }
    const end = this.howItEnds(name, run, choice);
    const losses = end.kind === "lost" ? (this.losses.get(name) ?? 0) + 1 : 0;
    if (end.kind !== "cancelled") this.losses.set(name, losses);
    this.hear(name, losses === 3 ? "failed" : end.kind);
    this.restarts.set(name, end.kind === "cancelled" ? (this.restarts.get(name) ?? 0) + 1 : 0);
    if (run.asked !== undefined && (losses === 3 || ["made", "failed"].includes(end.kind)))
      this.asked.delete(name);
    const key = keyOf(run.definition, run.digest, run.images);
    if (losses === 3) this.gaveUp.set(name, key);
    else if (end.kind === "made" || end.kind === "failed") this.gaveUp.delete(name);
    if (losses === 3) this.losses.delete(name);
    if (losses === 3 || end.kind === "made" || end.kind === "failed") {
      // Nothing is known of a target that the config had no more: if it comes back, it is looked at anew.
      if (!this.applied.has(name) || (end.kind === "failed" && !end.isLasting)) this.ends.delete(name);
      else this.ends.set(name, { kind: end.kind, key });
    }
    if (end.kind === "lost") this.loseEngine();
    this.runs.delete(name);
    this.send({ kind: "build-ended", target: name, end });
  }

  howItEnds(name: string, run: Run, choice: number): BuildEnd {
    const isTooLate = choice % 8 === 7;
    if (run.isCancelled && !isTooLate) return { kind: "cancelled" };
    if (!this.isEngineUp) return { kind: "lost" };
    const key = keyOf(run.definition, run.digest, run.images);
    const present = this.images.get(name);
    if (present?.key === key && run.asked === undefined) {
      return { kind: "made", imageId: present.id, isNew: false };
    }
    if (fails(run.digest)) return { kind: "failed", isLasting: true };
    if (failsForNow(run.digest)) return { kind: "failed", isLasting: false };
    this.ids += 1;
    const id = `${name}#${this.ids}`;
    this.images.set(name, { id, key });
    return { kind: "made", imageId: id, isNew: true };
  }

  loseEngine(): void {
    if (this.state.isEngineLost) return;
    this.isSurveyed = false;
    this.send({ kind: "engine-lost" });
    for (const [name, { isCancelled }] of this.runs)
      must(isCancelled || this.state.isStopping, `${name} is cancelled`);
  }

  survey(): void {
    if (!this.isEngineUp) {
      this.loseEngine();
      return;
    }
    if (this.state.facts !== "asked") return;
    this.isTampered = false;
    this.isSurveyed = true;
    const missing = [...this.state.targets.values()]
      .filter(({ done, name }) => done !== undefined && this.images.get(name)?.id !== done.imageId)
      .map(({ name }) => name);
    for (const name of missing) this.ends.delete(name);
    this.send({ kind: "surveyed", missing });
  }

  reload(): void {
    const isReadable = [...this.config.keys()].every((name) => this.digestOf(name) !== undefined);
    if (this.isConfigBroken || !isReadable) {
      this.send({ kind: "config-broken" });
      return;
    }
    for (const [name, definition] of this.applied) {
      const next = this.config.get(name);
      if (next === undefined) for (const known of [this.ends, this.losses, this.restarts]) known.delete(name);
      if (next === undefined) for (const names of [this.asked, this.unchecked]) names.delete(name);
      if (next !== undefined && defining(name, next) === defining(name, definition)) continue;
      if (this.reads.delete(name)) this.again.add(name);
    }
    for (const name of this.config.keys()) {
      this.seen.set(name, this.sources.get(name) as Source);
      // Changes of a target that the config did not have were nobody's business.
      if (!this.applied.has(name)) for (const times of [this.changedAt, this.noisySince]) times.delete(name);
    }
    this.applied = this.config;
    this.send({ kind: "replaced", targets: this.watched(this.config) });
    for (const [name, { isCancelled }] of this.runs)
      must(isCancelled || this.applied.has(name), `${name} is cancelled`);
  }

  /** A task that can end does. */
  work(index: number, choice: number): boolean {
    const able = this.tasks.filter(({ canEnd }) => canEnd?.() ?? true);
    const task = able[index % able.length];
    if (task === undefined) return false;
    this.tasks.splice(this.tasks.indexOf(task), 1);
    if (task.name === "reconnect") {
      // Each result that may have been momentary is checked again.
      for (const [name, { kind }] of this.ends) if (kind === "made") this.ends.delete(name);
      for (const name of this.applied.keys()) this.unchecked.add(name);
    }
    task.end(choice);
    return true;
  }

  /** Reports a change of a path of targets. */
  change(names: readonly string[], path: string): void {
    for (const name of names) this.noteChange(name);
    this.send({
      kind: "sources-changed",
      changes: new Map(names.map((name) => [name, [`${name}/${path}`]])),
    });
  }

  /** Writes, and reports it; both files if the source was missing. */
  edit(name: string, where: "x" | "y", content: number): void {
    const paths = this.sources.get(name)?.isReadable === true ? [where] : (["x", "y"] as const);
    this.write(name, { [where]: content, isReadable: true });
    this.noteChange(name);
    this.send({
      kind: "sources-changed",
      changes: new Map([[name, paths.map((path) => `${name}/${path}`)]]),
    });
  }

  noteChange(name: string): void {
    this.changedAt.set(name, this.now);
    if (!this.noisySince.has(name)) this.noisySince.set(name, this.now);
  }

  wait(time: number): void {
    const end = this.now + time;
    for (let turns = 0; this.state.wakeAt !== undefined && this.state.wakeAt <= end; turns += 1) {
      must(turns < 1_000, "it does not wake for nothing");
      this.now = Math.max(this.now, this.state.wakeAt);
      this.send({ kind: "woke" });
    }
    this.now = end;
  }

  /** Lets everything come to its end, in an order that the seed decides. */
  drain(seed: number): void {
    this.isEngineUp = true;
    let choice = seed;
    for (let turn = 0; ; turn += 1) {
      must(turn < 5_000, "it comes to an end");
      choice = (choice * 1_103_515_245 + 12_345) % 2 ** 31;
      if (this.work(choice >> 8, choice >> 16)) continue;
      if (this.state.wakeAt !== undefined) {
        this.now = Math.max(this.now, this.state.wakeAt);
        this.send({ kind: "woke" });
      } else if (this.isTampered && !this.state.isStopping) {
        this.change([[...this.state.targets.keys()][0] as string], "touched");
      } else return;
    }
  }
}
