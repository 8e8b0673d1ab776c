// The oracle: compares a session's output and end with the actual state. Pure.
import type { SessionEvent, TargetFinished } from "@sti/core";
import { ADMITS_MOVED, type ClaimFacts, falseClaims, isPushed, isTagged } from "./claims.ts";
import type { Holdings, ImageState } from "./read-state.ts";
import type { StiRun } from "./start-sti.ts";

export const FINDINGS = [
  "wrong success",
  "lost tag",
  "false statement",
  "leftover",
  "no end",
  "no recovery",
] as const;

export interface Finding {
  readonly kind: (typeof FINDINGS)[number];
  readonly text: string;
}

export interface JudgedRun extends ClaimFacts {
  readonly run: StiRun;
  readonly pushes: boolean;
  /** A correct client is not disturbed by the fault. */
  readonly isHarmless: boolean;
  /** Contents that other sessions gave to the same tag meanwhile. */
  readonly others?: readonly string[];
}

/** Problems of a session that has just ended. */
export function judgeRun(judged: JudgedRun): readonly Finding[] {
  return [...judgeEnd(judged), ...judgeTags(judged), ...judgeSuccess(judged), ...judgeWords(judged)];
}

function judgeEnd({ run }: JudgedRun): readonly Finding[] {
  if (!run.isEndless) return [];
  const since = run.signalled === undefined ? "its start" : run.signalled.signal;
  return [finding("no end", `still ran ${seconds(run.signalled?.duration ?? run.duration)} after ${since}`)];
}

function judgeTags({ after, before, content, others = [] }: JudgedRun): readonly Finding[] {
  return Object.entries(before.tags).flatMap(([tag, earlier]) => {
    const now = after.tags[tag];
    if (earlier === undefined || now?.id === earlier.id) return [];
    if (now === undefined) return [finding("lost tag", `${tag} is gone`)];
    const isNew = now.content === content || (now.content !== undefined && others.includes(now.content));
    return isNew && now.isWhole ? [] : [finding("lost tag", `${tag} is ${describeImage(now)}`)];
  });
}

function judgeSuccess(judged: JudgedRun): readonly Finding[] {
  const { after, others, pushes, run } = judged;
  const good = isTagged(judged) || others !== undefined;
  const ended = lastFinished(run.events);
  const claims: string[] = [];
  if (run.exitCode === 0) claims.push("exit code 0");
  if (ended?.outcome === "built" || ended?.outcome === "up-to-date") claims.push(`"${ended.outcome}"`);
  const wrong: Finding[] = [];
  if (claims.length > 0 && !good)
    wrong.push(finding("wrong success", `${claims.join(", ")}, but the tag is not of this source`));
  if (claims.length > 0 && good && others === undefined && ended?.imageId !== undefined) {
    const ids = Object.values(after.tags).map((image) => image?.id);
    if (!ids.includes(ended.imageId))
      wrong.push(finding("wrong success", "the event names another image than the tag"));
  }
  if (run.exitCode === 0 && pushes && !isPushed(judged)) {
    wrong.push(finding("wrong success", "exit code 0, but the registry does not have the image"));
  }
  return wrong;
}

function judgeWords(judged: JudgedRun): readonly Finding[] {
  const { isHarmless, pushes, run } = judged;
  const found = falseClaims(run.output, judged).map((claim) =>
    finding("false statement", `not true: ${claim}`),
  );
  const ended = lastFinished(run.events);
  const isDone = isTagged(judged) && (!pushes || isPushed(judged));
  const isKilled = run.endedBy !== null;
  if (
    isDone &&
    (ended?.outcome === "failed" || ended?.outcome === "cancelled") &&
    !ADMITS_MOVED.test(run.output)
  ) {
    found.push(
      finding("false statement", `"${ended.outcome}", though everything is done, and nothing is said of it`),
    );
  } else if (
    isDone &&
    !isKilled &&
    run.exitCode !== 0 &&
    run.signalled === undefined &&
    !ADMITS_MOVED.test(run.output)
  ) {
    found.push(
      finding(
        "false statement",
        `exit code ${run.exitCode}, though everything is done, and nothing is said of it`,
      ),
    );
  }
  if (run.exitCode === 70) found.push(finding("false statement", "exit code 70"));
  // Before a session begins there is nothing to clean up, and a signal may have its usual effect.
  const began = run.events.some(({ type }) => type === "session-started");
  if (run.endedBy !== null && run.endedBy !== "SIGKILL" && (began || run.signalled?.signal !== run.endedBy))
    found.push(finding("false statement", `ended by ${run.endedBy}`));
  if (
    !isKilled &&
    run.exitCode !== 0 &&
    run.signalled === undefined &&
    ended === undefined &&
    run.output.trim() === ""
  ) {
    found.push(finding("false statement", `exit code ${run.exitCode} without a word`));
  }
  if (isHarmless && run.exitCode !== 0)
    found.push(finding("false statement", `exit code ${run.exitCode}, though nothing was wrong`));
  if (began && !isKilled && !run.events.some(({ type }) => type === "session-finished")) {
    found.push(finding("false statement", "the events end without session-finished"));
  }
  return found;
}

/** Objects that did not exist before. A source cache may have replaced another. */
export function findLeftovers(before: Holdings, after: Holdings): readonly string[] {
  const added = (kind: Exclude<keyof Holdings, "sourceCaches">) =>
    after[kind].filter((name) => !before[kind].includes(name)).map((name) => `${SINGULAR[kind]} ${name}`);
  const kept = after.sourceCaches.filter((name) => !before.sourceCaches.includes(name));
  const room = Math.max(1, before.sourceCaches.length) - (after.sourceCaches.length - kept.length);
  return [
    ...added("containers"),
    ...added("volumes"),
    ...kept.slice(Math.max(0, room)).map((name) => `source cache ${name}`),
    ...added("networks"),
    ...added("untaggedImages"),
    ...added("files"),
  ];
}

const SINGULAR = {
  containers: "container",
  volumes: "volume",
  networks: "network",
  untaggedImages: "untagged image",
  files: "file",
} as const;

/** The ordinary session that follows on a healthy engine. */
export function judgeRecovery(judged: JudgedRun, first: StiRun): readonly Finding[] {
  const { run } = judged;
  const found: Finding[] = [];
  if (run.isEndless) found.push(finding("no end", "the next session does not end"));
  if (run.exitCode !== 0) {
    found.push(
      finding("no recovery", `the next session: exit code ${run.exitCode}: ${lastLine(run.output)}`),
    );
  } else if (!isTagged(judged)) {
    found.push(finding("wrong success", "the next session: exit code 0, but the tag is not of this source"));
  }
  const outcome = lastFinished(first.events)?.outcome;
  if ((outcome === "built" || outcome === "up-to-date") && lastFinished(run.events)?.outcome === "built") {
    found.push(finding("wrong success", `"${outcome}", but the next session has to build it again`));
  }
  return found;
}

export function lastFinished(events: readonly SessionEvent[]): TargetFinished | undefined {
  return events.findLast((event): event is TargetFinished => event.type === "target-finished");
}

export function finding(kind: Finding["kind"], text: string): Finding {
  return { kind, text };
}

function describeImage({ content, isWhole }: ImageState): string {
  if (!isWhole) return "an image without the labels and the command of a result";
  return content === undefined
    ? "an image without its content"
    : `an image of other content: ${content.trim()}`;
}

export function lastLine(text: string): string {
  return text.trim().split("\n").slice(-3).join(" | ").slice(0, 300);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
