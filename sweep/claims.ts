// Statements that sti prints about the world, and a check of each against the facts.
import type { SweepState } from "./read-state.ts";

export interface ClaimFacts {
  readonly before: SweepState;
  /** Right after the session ended. */
  readonly after: SweepState;
  /** Content that the session built from. */
  readonly content: string;
  /** Whether connections to the engine broke or stalled. */
  readonly engineBroke: boolean;
  /** Whether an engine's answer was held back. */
  readonly wasSlow: boolean;
  readonly diskWasFull: boolean;
  /** Status that was injected, as "404". */
  readonly injected: string;
}

export interface Claim {
  readonly name: string;
  readonly pattern: RegExp;
  readonly isTrue: (facts: ClaimFacts, match: RegExpExecArray) => boolean;
}

export const claims: readonly Claim[] = [
  {
    name: "earlier tags were kept",
    pattern: /earlier tags? (?:was|were) kept|keeps? (?:its|their) earlier tags?/i,
    isTrue: ({ before, after }) =>
      tagNames(before).every((tag) => after.tags[tag]?.id === before.tags[tag]?.id),
  },
  {
    name: "was built, but not pushed",
    pattern: /was built, but not pushed/i,
    isTrue: (facts) => isTagged(facts) && !isPushed(facts),
  },
  {
    name: "registry not reachable",
    pattern: /registry not reachable/i,
    isTrue: (facts) => !isPushed(facts) || facts.after.inRegistry === facts.before.inRegistry,
  },
  { name: "want of memory", pattern: /ran out of memory|want of memory/i, isTrue: () => false },
  {
    name: "a disk is full",
    pattern: /no space left on the engine's disk/i,
    isTrue: ({ diskWasFull }) => diskWasFull,
  },
  {
    name: "engine not reachable",
    pattern: /engine not reachable|connection to the engine lost/i,
    isTrue: ({ engineBroke, wasSlow }) => engineBroke || wasSlow,
  },
  {
    name: "no answer in time",
    pattern: /no answer in time|no answer within/i,
    isTrue: ({ wasSlow }) => wasSlow,
  },
  {
    name: "the engine lacks an image",
    pattern: /image (\S+) not found in the engine/i,
    isTrue: ({ injected }) => injected === "404",
  },
  { name: "bug in sti", pattern: /bug in sti/i, isTrue: () => false },
  { name: "a stack trace", pattern: /^\s+at .+:\d+:\d+\)?$/m, isTrue: () => false },
  {
    name: "something was left behind",
    pattern: /(?<!\bmay be )\b(?:left|leaves|leaving|remains?)\b[^\n]*?\b(sti-(?:build|source)-[\w.-]+)/i,
    isTrue: ({ after: { holdings } }, [, name = ""]) =>
      [...holdings.containers, ...holdings.volumes, ...holdings.sourceCaches].some((held) =>
        held.startsWith(name),
      ),
  },
];

/** The statements in `text` that are not true, with their words. */
export function falseClaims(text: string, facts: ClaimFacts): readonly string[] {
  return claims.flatMap(({ isTrue, name, pattern }) => {
    const match = pattern.exec(text);
    return match === null || isTrue(facts, match) ? [] : [`${name}: "${match[0].trim().slice(0, 160)}"`];
  });
}

/** Words by which a failure admits that the tag moved all the same. */
export const ADMITS_MOVED =
  /\bwas built\b|\bhas (?:its|the new|a new) tags?\b|\btags? (?:was|were|has|have been|is|are) (?:already )?(?:moved|set)|\bmoved (?:its|the|all) tags?\b|image (?:is|was) (?:complete|finished)/i;

/** All tags have whole images of the content. */
export function isTagged({ after, content }: Pick<ClaimFacts, "after" | "content">): boolean {
  return tagNames(after).every((tag) => after.tags[tag]?.content === content && after.tags[tag].isWhole);
}

/** The registry has the image that has the tag. */
export function isPushed({ after }: Pick<ClaimFacts, "after">): boolean {
  const id = after.tags[tagNames(after).at(-1) ?? ""]?.id;
  return id !== undefined && after.inRegistry === id;
}

function tagNames({ tags }: SweepState): readonly string[] {
  return Object.keys(tags);
}
