// Results of a session's targets, for programs: the file that --metadata-file names.
import type {
  Failure,
  PushedImage,
  SessionFinished,
  SessionView,
  TargetFinished,
  TargetGraph,
} from "@sti/core";
import { replaceFile } from "@sti/files";

export interface SessionMetadata {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly session: string;
  /** Milliseconds. */
  readonly duration: number;
  /** By name, in the order of the graph: dependencies first. */
  readonly targets: Readonly<Record<string, TargetMetadata>>;
}

export interface TargetMetadata
  extends Pick<TargetFinished, "outcome" | "reason" | "causes" | "duration" | "reuse" | "restored"> {
  readonly kind: "app" | "image";
  /** Left out: the target has no platforms. */
  readonly platform?: string | undefined;
  /** Names of the target's image: the tag and, for an extended build, the build tag. */
  readonly tags: readonly string[];
  /** Of the image that has the tag; left out when the target has none. */
  readonly imageId?: string | undefined;
  /** Left out when nothing was pushed. */
  readonly pushed?: PushedImage | undefined;
  /** Code of the first error. */
  readonly failure?: Failure["code"] | undefined;
}

export function toMetadata(finished: {
  readonly end: SessionFinished;
  readonly session: SessionView;
  readonly graph: TargetGraph;
}): SessionMetadata {
  const { end, graph, session } = finished;
  const targets = [...graph.nodes.values()].flatMap(({ target }) => {
    const view = session.targets.get(target.name);
    const event = view?.end;
    if (view === undefined || event === undefined) return [];
    const { causes, duration, failure, imageId, outcome, reason, restored, reuse } = event;
    const buildTag = target.kind === "app" ? target.buildTag : undefined;
    const metadata: TargetMetadata = {
      kind: target.kind,
      platform: target.platform?.name,
      outcome,
      reason,
      causes,
      duration,
      tags: [target.tag.short, ...(buildTag === undefined ? [] : [buildTag.short])],
      imageId,
      reuse,
      restored,
      pushed: event.pushed ?? view.pushed,
      failure: (failure ?? end.failures.find((other) => "target" in other && other.target === target.name))
        ?.code,
    };
    return [[target.name, metadata] as const];
  });
  return {
    schemaVersion: 1,
    session: end.session,
    duration: end.duration,
    targets: Object.fromEntries(targets),
  };
}

/** The file is there whole or as it was before. Resolves to the error, if any. */
export async function writeMetadata(file: string, metadata: SessionMetadata): Promise<Failure | undefined> {
  try {
    await replaceFile(file, `${JSON.stringify(metadata, null, 2)}\n`);
    return undefined;
  } catch (error) {
    return {
      code: "report-unwritable",
      file,
      message: error instanceof Error ? error.message : String(error),
    };
  }
}
