import { expect, test } from "vitest";
import { formatTime } from "../render/format-moment.ts";
import { describeStoredBuild, describeTools } from "./describe-origin.ts";

const KEY = "f68181af74ef".padEnd(64, "0");
const ORIGIN = {
  by: { kind: "github-actions", url: "https://github.com/acme/shop/actions/runs/17" },
  built: 1_700_000_000_000,
  duration: 4_210,
  commit: "1a2b3c4d5e",
  toolVersion: "1.0.0",
  engine: "Docker Engine 28.5.1",
} as const;

test("a result is described by the note of its builder", () => {
  const time = formatTime(ORIGIN.built);
  expect(describeStoredBuild({ reference: "r", built: 1, commit: "other", origin: ORIGIN }, KEY)).toBe(
    `built by GitHub Actions (https://github.com/acme/shop/actions/runs/17) on ${time} from 1a2b3c4, key f68181af74ef`,
  );
  expect(describeTools(ORIGIN)).toBe("in 4.2s by sti 1.0.0 on Docker Engine 28.5.1");
});

test("without a note it is described by its image", () => {
  const time = formatTime(1_000);
  expect(describeStoredBuild({ reference: "r", built: 1_000, commit: "9f8e7d6c5b" }, KEY)).toBe(
    `built on ${time} from 9f8e7d6, key f68181af74ef`,
  );
  expect(describeStoredBuild({ reference: "r" }, KEY)).toBe("built, key f68181af74ef");
});
