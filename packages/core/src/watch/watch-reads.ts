// Reads of the sources that changed: reported, offered to the running containers, and kept, with the failures of those
// that cannot be read.
import type { Failure } from "../failure/failure.ts";
import type { Result } from "../failure/result.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { inputDigest } from "../plan/git-variables.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { WatchBuilds } from "./watch-builds.ts";
import type { WatchContainers } from "./watch-containers.ts";
import type { WatchLoop } from "./watch-loop.ts";
import type { WatchOptions } from "./watch-session.ts";
import type { WatchSources } from "./watch-sources.ts";
import type { PendingChanges, WatchEffect } from "./watch-state.ts";

/** Number of paths that an event names. */
const NAMED_PATHS = 100;

export interface WatchReadsOptions extends Pick<WatchOptions, "emit"> {
  readonly loop: WatchLoop;
  readonly sources: WatchSources;
  readonly builds: Pick<WatchBuilds, "graph">;
  readonly containers: Pick<WatchContainers, "sync">;
}

export class WatchReads {
  readonly #options: WatchReadsOptions;
  /** The failures of sources that cannot be read, by target. */
  readonly #unreadable = new Map<string, readonly Failure[]>();

  constructor(options: WatchReadsOptions) {
    this.#options = options;
  }

  /** Empty if the source could be read. */
  failuresOf(target: string): readonly Failure[] {
    return this.#unreadable.get(target) ?? [];
  }

  /** The config has changed, and the sources were read with it. */
  replace(snapshots: ReadonlyMap<string, SourceSnapshot>): void {
    const { sources } = this.#options;
    sources.snapshots.clear();
    for (const [name, snapshot] of snapshots) sources.snapshots.set(name, snapshot);
    this.#unreadable.clear();
  }

  begin({ id, reads }: Extract<WatchEffect, { readonly kind: "read" }>): void {
    const { emit, loop } = this.#options;
    const paths = [...new Set([...reads.values()].flatMap((changes) => [...changes.paths]))].sort();
    const named = [...reads].filter(([, changes]) => changes.paths.size > 0);
    if (named.length > 0) {
      emit({
        type: "files-changed",
        at: loop.now(),
        targets: named.map(([target]) => target),
        paths: paths.slice(0, NAMED_PATHS),
        count: paths.length,
      });
    }
    for (const [target, changes] of reads) loop.do(() => this.#read(id, target, changes));
  }

  async #read(id: number, name: string, { everything, paths }: PendingChanges): Promise<void> {
    const { builds, containers, loop, sources } = this.#options;
    const { target } = builds.graph.nodes.get(name) as TargetNode;
    const read = await sources.read(target, everything ? "everything" : [...paths]);
    const isSynced = read.ok && (await containers.sync(target, read.value));
    const known = loop.state.targets.get(name);
    // If the config has changed, this read may no longer be wanted.
    if (known?.reading?.id !== id || loop.signal.aborted) return;
    this.#note(name, read);
    const digest = read.ok ? inputDigest(target, read.value) : undefined;
    loop.send({ kind: "source-read", target: name, read: id, digest, isSynced });
  }

  #note(name: string, read: Result<SourceSnapshot>): void {
    if (read.ok) {
      this.#options.sources.snapshots.set(name, read.value);
      this.#unreadable.delete(name);
    } else {
      this.#unreadable.set(name, read.failures);
    }
  }
}
