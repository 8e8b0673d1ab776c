// The words for targets that do not fit together: names, tags, references and cycles.
import type { Location } from "./config-place.ts";
import { trustHint } from "./describe-source-failure.ts";
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import { formatPath } from "./format-path.ts";
import type { GraphFailure } from "./graph-failure.ts";

export function describeGraphFailure(failure: GraphFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "reference-invalid":
      return {
        summary: `"${failure.reference}" is not an image reference: ${failure.message}`,
        hint: "use NAME:TAG, e.g. acme/api:dev",
      };
    case "target-unknown":
      return {
        summary: `unknown target "${failure.name}"`,
        hint:
          failure.suggestion === undefined
            ? "targets are the names under apps and images"
            : `did you mean "${failure.suggestion}"?`,
      };
    case "tag-duplicate":
      return {
        summary: `${failure.target} and ${failure.other} have the same tag ${failure.tag}`,
        detail: `the other is ${formatPath(failure.otherPath)}${formatPlace(failure.otherLocation, formatFile)}`,
        hint: "change one of the tags",
      };
    case "graph-cycle":
      return describeCycle(failure, formatFile);
    case "selection-unknown":
      return {
        summary: `unknown target "${failure.name}"`,
        hint:
          failure.suggestion === undefined
            ? describeKnown(failure.known)
            : `did you mean "${failure.suggestion}"?`,
      };
    case "selection-invalid":
      return {
        summary: `"${failure.selector}" is not a valid selector: it ${failure.message}`,
        hint: 'use e.g. api, "*-web", api..., ...api, "!web", {./services}, [origin/main] or tag:acme/*',
      };
    case "selection-unmatched":
      return { summary: `no target matches "${failure.selector}"`, hint: describeKnown(failure.known) };
    case "changes-unknown":
      return describeUnknownChanges(failure);
    case "platform-invalid":
      return {
        summary: `--platform ${failure.platform}: ${failure.message}`,
        hint: "use platforms of the config, such as linux/arm64",
      };
    case "platform-unbuildable":
      return describeUnbuildable(failure);
    case "variant-invalid":
      return {
        summary: `${failure.option} ${failure.value}: ${failure.message}`,
        hint: "use an image reference, the name of its target, or OLD=NEW",
      };
    case "recorded-build-unknown":
      return {
        summary: `unknown build "${failure.asked}"`,
        detail: "expected: a number of builds ago, or the first four or more digits of a key",
        hint: "run sti why --history to list the recorded builds",
      };
    default:
      return failure satisfies never;
  }
}

function describeUnbuildable({
  engine,
  platform,
  store,
  target,
}: Extract<GraphFailure, { code: "platform-unbuildable" }>): FailureDescription {
  const lacking =
    store === undefined ? "the config has no store (cache)" : `the store ${store} has no result`;
  return {
    summary: `nothing builds ${target} for ${platform}: the engine is ${engine}, and ${lacking}`,
    hint: `${
      store === undefined ? "add a store, then " : ""
    }run sti run --platform ${platform} on a machine of that platform, build on workers with --on, or choose other platforms with --platform`,
  };
}

function describeUnknownChanges(
  failure: Extract<GraphFailure, { code: "changes-unknown" }>,
): FailureDescription {
  const { commit = "", isShallow, message, reason } = failure;
  const fetch = fetchCommand(commit, isShallow);
  switch (reason) {
    case "no-repository":
      return {
        summary: "cannot determine what changed: not a git work tree",
        detail: message,
        hint: "run sti in a clone of the repository, or name the targets",
      };
    case "other-owner":
      return { summary: message, hint: trustHint(failure.repository ?? "") };
    case "no-base":
      return {
        summary: "no branch to compare with: no origin/HEAD, origin/main or origin/master",
        hint: "pass --affected=BRANCH",
      };
    case "commit-missing":
      return { summary: `commit ${commit} not found in this clone`, detail: message, hint: `run ${fetch}` };
    case "no-common-commit":
      return {
        summary: `${commit} and HEAD have no common commit${isShallow ? " in this shallow clone" : ""}`,
        hint: isShallow ? `run ${fetch}` : "pass another commit",
      };
    case "git-failed":
      return { summary: "git failed to list the changes", detail: message };
    default:
      return reason satisfies never;
  }
}

/** The command that brings a missing commit. */
function fetchCommand(commit: string, isShallow: boolean): string {
  const [, branch] = /^origin\/(.+)$/.exec(commit) ?? [];
  const what = branch === undefined ? "origin" : `origin ${branch}:refs/remotes/origin/${branch}`;
  return isShallow ? `git fetch --unshallow ${what}` : `git fetch ${what}`;
}

function describeCycle(
  failure: Extract<GraphFailure, { code: "graph-cycle" }>,
  formatFile: FormatFile,
): FailureDescription {
  const cut = failure.edges[failure.cut];
  const edges = failure.edges.map(
    (edge, index) =>
      `${nameEdge(failure.names, index)} by ${formatPath(edge.path)}${formatPlace(edge.location, formatFile)}`,
  );
  return {
    summary: `dependency cycle: ${failure.names.join(" → ")}`,
    detail: edges.join("\n"),
    ...(cut === undefined
      ? {}
      : { hint: `cut ${nameEdge(failure.names, failure.cut)}: change ${formatPath(cut.path)}` }),
  };
}

function nameEdge(names: readonly string[], index: number): string {
  return `${names[index] ?? "?"} → ${names[index + 1] ?? "?"}`;
}

function formatPlace(location: Location | undefined, formatFile: FormatFile): string {
  return location === undefined ? "" : ` (${formatFile(location.file)}:${location.line}:${location.column})`;
}

const shownNames = 20;

function describeKnown(known: readonly string[]): string {
  if (known.length === 0) return "the config defines no targets";
  const rest = known.length - shownNames;
  return `known: ${known.slice(0, shownNames).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
