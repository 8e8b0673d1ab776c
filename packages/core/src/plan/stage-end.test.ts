import { expect, test } from "vitest";
import { endStageWith } from "./stage-end.ts";

const END = "LABEL x=1";

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
  [
    "a stage whose FROM goes on",
    "FROM \\\n a AS s\nFROM b\n",
    "s",
    "FROM \\\n a AS s\nLABEL x=1\n\nFROM b\n",
  ],
  [
    "a stage with a here-document that looks like another stage",
    "FROM a AS s\nCOPY <<'E' <<-F /\nFROM x\nE\nFROM y\n\tF\nFROM b\n",
    "s",
    "FROM a AS s\nCOPY <<'E' <<-F /\nFROM x\nE\nFROM y\n\tF\nLABEL x=1\n\nFROM b\n",
  ],
  [
    "a stage with a command that goes on over a comment",
    "FROM a AS s\nRUN b \\\n# c\n FROM d\nFROM e\n",
    "s",
    "FROM a AS s\nRUN b \\\n# c\n FROM d\nLABEL x=1\n\nFROM e\n",
  ],
  [
    "a file with another escape character",
    "# escape=`\nFROM a AS s\nRUN c:\\\nFROM b\n",
    "s",
    "# escape=`\nFROM a AS s\nRUN c:\\\nLABEL x=1\n\nFROM b\n",
  ],
])("an instruction is the last one of %s", (_, text, stage, expected) => {
  expect(endStageWith(text, { instruction: END, stage })).toBe(expected);
});

test.each([
  ["a file whose last line goes on", "FROM a\nRUN b \\\n", undefined],
  ["a here-document without an end", "FROM a\nRUN <<E\nb\n", undefined],
  ["a stage that is not there", "FROM a\n", "s"],
  ["a file without a stage", "ARG a\n", undefined],
])("the text of %s stays as it is", (_, text, stage) => {
  expect(endStageWith(text, { instruction: END, stage })).toBe(text);
});
