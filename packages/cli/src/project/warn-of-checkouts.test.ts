import { expect, test } from "vitest";
import { warnOfCheckouts } from "./warn-of-checkouts.ts";

test("a repository that cannot be asked is warned of once, and its snapshots are used", async () => {
  const warnings: string[] = [];
  const snapshots = new Map();
  let problem: string | undefined;
  const project = {
    withCheckouts: async () => {
      problem = "the repository at /shop belongs to uid 1001; sti runs as uid 0";
      return snapshots;
    },
    checkoutProblem: () => problem,
  };
  const withCheckouts = warnOfCheckouts(project, (message) => warnings.push(message));
  expect(await Promise.all([withCheckouts(), withCheckouts()])).toEqual([snapshots, snapshots]);
  expect(warnings).toEqual([
    "no revision labels: the repository at /shop belongs to uid 1001; sti runs as uid 0",
  ]);
});
