import { expect, test } from "vitest";
import { endStageWith } from "./stage-end.ts";

const END = "LABEL x=1";

/** A Dockerfile with a stage for each line that begins with FROM. */
function dockerfileOf(text: string, isComplete = true) {
  const stages = text.split("\n").flatMap((content, line) => {
    const [keyword, , , name] = content.split(" ");
    return keyword === "FROM" ? [{ name: name?.toLowerCase(), line, fromEnd: line }] : [];
  });
  return { text, stages, isComplete };
}

test.each([
  ["the last stage", "FROM a\nRUN b\n", undefined, "FROM a\nRUN b\nLABEL x=1\n"],
  ["a file whose last line has no end", "FROM a\nRUN b", undefined, "FROM a\nRUN b\nLABEL x=1\n"],
  ["a stage by its name", "FROM a AS One\nFROM b", "one", "FROM a AS One\nLABEL x=1\n\nFROM b"],
  ["a stage by its index", "FROM a\nFROM b\n", "0", "FROM a\nLABEL x=1\n\nFROM b\n"],
  [
    "the last of two stages of one name",
    "FROM a AS s\nFROM b as s\n",
    "s",
    "FROM a AS s\nFROM b as s\nLABEL x=1\n",
  ],
])("an instruction is the last one of %s", (_, text, stage, expected) => {
  expect(endStageWith(dockerfileOf(text), { instruction: END, stage })).toBe(expected);
});

test.each([
  ["a file whose last instruction has no end", dockerfileOf("FROM a\nRUN b \\\n", false), undefined],
  ["a stage that is not there", dockerfileOf("FROM a\n"), "s"],
  ["a file without a stage", dockerfileOf("ARG a\n"), undefined],
])("the text of %s stays as it is", (_, dockerfile, stage) => {
  expect(endStageWith(dockerfile, { instruction: END, stage })).toBe(dockerfile.text);
});
