import fc from "fast-check";
import { expect, test } from "vitest";
import { ExcerptCollector } from "./output-excerpt.ts";

function excerptOf(lines: readonly string[]) {
  const collector = new ExcerptCollector();
  for (const text of lines) collector.add({ stream: "stdout", text });
  return collector.read();
}

const noise = (count: number, name = "line") =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);
const ERROR = "src/index.ts(12,7): error TS2322: no";

test("without an error the last lines are all", () => {
  expect(excerptOf(noise(30))).toEqual({ lastLines: noise(30).slice(10) });
});

test("an error among the last lines begins them", () => {
  expect(excerptOf([...noise(30), ERROR, "after"])).toEqual({
    errorLine: ERROR,
    lastLines: [ERROR, "after"],
  });
});

test("short output is whole, and so are last lines with nothing but words that often come with an error", () => {
  expect(excerptOf(["before", ERROR, "after"]).lastLines).toEqual(["before", ERROR, "after"]);
  const loose = [...noise(30), "failed to read the cache", "the reason"];
  expect(excerptOf(loose).lastLines).toEqual(loose.slice(-20));
});

test("an earlier error has the lines that follow it, and the rest is counted", () => {
  const excerpt = excerptOf(["start", ERROR, ...noise(100)]);
  expect(excerpt).toMatchObject({ errorLine: ERROR, left: 71 });
  expect(excerpt.firstLines).toEqual([ERROR, ...noise(9)]);
  expect(excerpt.lastLines).toEqual(noise(100).slice(80));
});

test("a tool's own words are the error, though others came before", () => {
  const { errorLine, lastLines } = excerptOf([
    "failed to read the cache",
    "going on",
    ERROR,
    "npm error code 2",
  ]);
  expect(errorLine).toBe(ERROR);
  expect(lastLines).toHaveLength(4);
});

test("where no line looks like an error, it is the last one on stderr, in whatever order the streams arrive", () => {
  const collector = new ExcerptCollector();
  for (const text of ["the reason", " "]) collector.add({ stream: "stderr", text });
  collector.add({ stream: "stdout", text: "about to end" });
  expect(collector.read().errorLine).toBe("the reason");
});

test("no line is in both parts, and none is lost between them", () => {
  const line = fc.oneof(fc.constant(ERROR), fc.constant("error: x"), fc.constant("fine"));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 80 }), (lines) => {
      const { firstLines = [], lastLines, left = 0 } = excerptOf(lines);
      const shown = firstLines.length + left + lastLines.length;
      expect(lines.slice(lines.length - lastLines.length)).toEqual(lastLines);
      const start = lines.length - shown;
      expect(lines.slice(start, start + firstLines.length)).toEqual(firstLines);
    }),
  );
});

test("what was collected can be given up", () => {
  const collector = new ExcerptCollector();
  collector.add({ stream: "stderr", text: ERROR });
  collector.clear();
  collector.add({ stream: "stdout", text: "fine" });
  expect(collector.read()).toEqual({ lastLines: ["fine"] });
});
