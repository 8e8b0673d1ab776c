// The causes of a target's build, from the engine's images and the build history. Pure.
import type { TargetNode } from "../graph/target-graph.ts";
import type { MatchPaths, SourceSnapshot } from "../source/source.ts";
import type { KeyRecord, Past, RecordedBuild, TargetRecord } from "./build-record.ts";
import { type Cause, type RootCause, rootOf } from "./cause.ts";
import { explainChange } from "./explain-change.ts";
import type { KeyPreimage } from "./key.ts";
import { nameDockerfile, nameFiles } from "./name-files.ts";

/** The build that is to be explained. */
export interface Explained {
  readonly node: TargetNode;
  readonly preimage: KeyPreimage;
  readonly snapshot: SourceSnapshot;
  readonly past: Past;
  readonly matchPaths: MatchPaths;
  /** The causes of another target's build in this session; undefined if it is not built. */
  readonly causesOf: (target: string) => readonly Cause[] | undefined;
}

/** `because`: from decideTarget. Smallest first, at least one. */
export function explainDecision(because: Cause, explained: Explained): readonly Cause[] {
  const { node, past } = explained;
  if (because.kind === "inputs-changed") {
    const causes = explainAgainst(past.previous, explained);
    return causes === undefined || causes.length === 0 ? [because] : causes;
  }
  if (because.kind !== "image-missing") return [because];
  const last = past.record?.builds[0];
  if (last === undefined) return [because];
  const { short: tag } = node.target.tag;
  if (last.tag !== tag) return [{ kind: "field-changed", field: "tag", from: last.tag, to: tag }];
  return [{ ...because, wasBuiltHere: true }, ...(explainAgainst(past.previous, explained) ?? [])];
}

/** Differences from an earlier build; undefined when nothing is known of it. */
export function explainAgainst(
  previous: KeyRecord | undefined,
  explained: Explained,
): readonly Cause[] | undefined {
  if (previous === undefined) return undefined;
  const { matchPaths, node, past, preimage, snapshot } = explained;
  const earlier = past.record?.builds.find(({ key }) => key === previous.key);
  return explainChange(
    { preimage: previous.preimage, files: past.sources.get(previous.preimage.source) },
    {
      preimage,
      snapshot,
      nameOf: nameFiles(node.target, snapshot),
      isDependency: matchPaths(earlier?.dependencies ?? []),
      dockerfile: nameDockerfile(node.target),
      because: (target, ids) => findRoot(target, ids, explained),
    },
  );
}

/** From this session, else from the record of the build that made the other target's image. */
function findRoot(
  target: string,
  ids: { readonly from: string; readonly to: string },
  { causesOf, past }: Explained,
): RootCause | null {
  const causes = causesOf(target);
  if (causes !== undefined) return rootOf(target, causes);
  const builds = buildsBetween(past.others.get(target), ids);
  return rootOf(
    target,
    builds.flatMap((build) => build.causes),
  );
}

/** The builds of a target since it made the one image, up to the one that made the other. Newest first. */
function buildsBetween(
  record: TargetRecord | undefined,
  { from, to }: { readonly from: string; readonly to: string },
): readonly RecordedBuild[] {
  const builds = record?.builds ?? [];
  const first = builds.findIndex((build) => build.images.includes(to));
  if (first < 0) return [];
  const end = builds.findIndex((build, index) => index > first && build.images.includes(from));
  // If the older image is not known, only the newest build is certain to be between the two.
  return builds.slice(first, end < 0 ? first + 1 : end);
}
