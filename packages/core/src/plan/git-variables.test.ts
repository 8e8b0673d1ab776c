import { nodeOf, snapshot } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { SourceGit } from "../source/source.ts";
import { gitVariables, inputDigest } from "./git-variables.ts";

const GIT: SourceGit = { commit: "c1", branch: undefined, tag: "v1", isDirty: true };

const targetOf = (git: unknown, defaults: object = {}) => {
  const app = { source: ".", buildImage: "acme/b", tag: "acme/web", ...(git === undefined ? {} : { git }) };
  const { target } = nodeOf({ defaults, apps: { web: app as never } }, "web");
  if (target.kind !== "app") throw new Error("no app");
  return target;
};

test.each<readonly [written: unknown, ofAll: unknown, asks: boolean, inKey: boolean]>([
  [undefined, undefined, false, false],
  [true, undefined, true, false],
  [{ key: true }, undefined, true, true],
  [{ key: false }, { key: true }, true, false],
  [undefined, true, true, false],
  [undefined, { key: true }, true, true],
  [false, { key: true }, false, false],
])("git %j with %j for all apps", (written, ofAll, asks, inKey) => {
  const target = targetOf(written, ofAll === undefined ? {} : { git: ofAll });
  expect(Object.keys(gitVariables(target, { git: GIT })).length > 0).toBe(asks);
  const [one, other] = [GIT, { ...GIT, commit: "c2" }].map((git) =>
    inputDigest(target, snapshot({ digest: "d", git })),
  );
  expect(one !== other).toBe(inKey);
});

test("what is not known is empty", () => {
  expect(gitVariables(targetOf(true), { git: GIT })).toEqual({
    STI_GIT_COMMIT: "c1",
    STI_GIT_BRANCH: "",
    STI_GIT_TAG: "v1",
    STI_GIT_DIRTY: "true",
  });
  for (const git of [undefined, { problem: "no repository" }]) {
    expect(new Set(Object.values(gitVariables(targetOf(true), { git })))).toEqual(new Set([""]));
  }
});
