import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { printPipeline } from "./print-pipeline.ts";

const LEVELS = [["builder", "1.0"], ["api"]];

test("GitHub gets a job for each level, a machine for each target, and the order of the levels", () => {
  const { jobs } = parse(printPipeline("github", LEVELS));
  expect(jobs["level-1"]).toMatchObject({ strategy: { matrix: { target: ["builder", "1.0"] } } });
  expect(jobs["level-1"].needs).toBeUndefined();
  expect(jobs["level-2"]).toMatchObject({ needs: ["level-1"], strategy: { matrix: { target: ["api"] } } });
});

test("GitLab gets a stage for each level", () => {
  const pipeline = parse(printPipeline("gitlab", LEVELS));
  expect(pipeline.stages).toEqual(["level-1", "level-2"]);
  expect(pipeline["level-1"]).toMatchObject({
    stage: "level-1",
    parallel: { matrix: [{ TARGET: ["builder", "1.0"] }] },
  });
});

test("a level that is too large for one matrix is several jobs, and the next level waits for all of them", () => {
  const many = Array.from({ length: 450 }, (_, index) => `t${index}`);
  const { jobs } = parse(printPipeline("github", [many, ["last"]]));
  const sizes = ["level-1-1", "level-1-2", "level-1-3"].map(
    (name) => jobs[name].strategy.matrix.target.length,
  );
  expect(sizes).toEqual([200, 200, 50]);
  expect(jobs["level-2"].needs).toEqual(["level-1-1", "level-1-2", "level-1-3"]);
});

test("programs get the levels", () => {
  const document: unknown = JSON.parse(printPipeline("json", LEVELS));
  const jobs = { "level-1": ["builder", "1.0"], "level-2": ["api"] };
  expect(document).toEqual({ schemaVersion: 1, levels: LEVELS, jobs });
  checkDocument("ci", document);
});
