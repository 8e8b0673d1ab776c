// Reads the config again, and updates the watched files: first the disk is watched, then the sources are read, so that
// no edit is lost in between.
import { type Failure, failed, type Result, success, type WatchProject } from "@sti/core";
import type { SourceWatcher } from "@sti/source";
import { listRunApps } from "../dev/list-run-apps.ts";
import type { WatchReader } from "./watch-reader.ts";
import { type LoadedFiles, type LoadedGraph, targetsOf } from "./watched-project.ts";

export interface ProjectReloaderOptions {
  readonly first: LoadedGraph;
  readonly disk: Pick<SourceWatcher, "update">;
  readonly reader: WatchReader;
  readonly load: () => Promise<LoadedFiles>;
  readonly run: boolean;
}

export interface ProjectReloader {
  /** An invalid config changes nothing: the previous one stays in effect. */
  reload(): Promise<Result<WatchProject>>;
  /** Adds source locations to failures, by the config in effect. */
  place(failures: readonly Failure[]): readonly Failure[];
}

export function createProjectReloader(options: ProjectReloaderOptions): ProjectReloader {
  const { disk, load, reader } = options;
  let { graph } = options.first;
  /** Files of the config in effect; a broken config may not list its files any more. */
  let known: readonly string[] = graph.files;
  return {
    place: (failures) => graph.place(failures),
    async reload() {
      const { files, loaded } = await load();
      const keep = async (failures: readonly Failure[]) => {
        const configFiles = [...new Set([...known, ...files, ...failures.flatMap(filesIn)])];
        await disk.update({ targets: targetsOf(graph), configFiles });
        return failed(failures);
      };
      if (!loaded.ok) return await keep(loaded.failures);
      const next = loaded.value;
      await disk.update({ targets: targetsOf(next.graph), configFiles: files });
      const snapshots = await reader.readAll(targetsOf(next.graph));
      if (!snapshots.ok) return await keep(next.graph.place(snapshots.failures));
      graph = next.graph;
      known = files;
      return success(toWatchProject(next, snapshots.value, { reader, run: options.run }));
    },
  };
}

/** Files that a config cannot be used for: a missing or unreadable source, say. */
function filesIn(failure: Failure): readonly string[] {
  if ("files" in failure) return failure.files;
  return "file" in failure && failure.file !== undefined ? [failure.file] : [];
}

export function toWatchProject(
  { graph, locked, secrets, services }: LoadedGraph,
  snapshots: WatchProject["snapshots"],
  {
    reader,
    run,
  }: {
    readonly reader: Pick<WatchReader, "withCheckouts">;
    /** Whether containers of the selected apps are run. */
    readonly run: boolean;
  },
): WatchProject {
  const { apps = {}, images = {} } = graph.config;
  return {
    graph: graph.graph,
    targetNames: [...Object.keys(images), ...Object.keys(apps)],
    dockerfiles: graph.dockerfiles,
    lock: locked.lock,
    secrets,
    snapshots,
    withCheckouts: reader.withCheckouts(snapshots),
    run: run ? new Set(listRunApps(graph).map(({ name }) => name)) : undefined,
    services: run ? services : undefined,
  };
}
