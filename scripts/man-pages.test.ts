import { expect, test } from "vitest";
import { printManPages } from "./man-pages.ts";

const parameter = { term: "", meaning: "", required: false, choices: [] };
const paint = {
  name: "paint",
  summary: "Paint a wall, see `tool wall`.",
  usage: "tool paint [options] <wall>",
  arguments: [{ ...parameter, term: "<wall>", meaning: "wall to paint" }],
  options: [
    {
      heading: "Options",
      members: [
        {
          ...parameter,
          term: "--coats <n>",
          meaning: "number\n.of coats",
          choices: ["1", "2"],
          default: "2",
        },
      ],
    },
  ],
  closing: "It dries.\n\nWalls (by compass):\n  north\\south\n  'east",
};

test("a command has a man page in which no text is taken for a macro", () => {
  const program = { ...paint, name: "tool", commands: [{ heading: "Colours", members: [paint] }] };
  const pages = printManPages(program);
  expect([...pages.keys()]).toEqual(["tool.1", "tool-paint.1"]);
  expect(pages.get("tool-paint.1")?.split("\n").slice(1)).toEqual([
    '.TH "TOOL\\-PAINT" 1 "" "sti" "sti"',
    ".SH NAME",
    "tool\\-paint \\- Paint a wall, see \\fBtool wall\\fR",
    ".SH SYNOPSIS",
    ".B tool paint [options] <wall>",
    ".SH ARGUMENTS",
    ".TP",
    ".B <wall>",
    "wall to paint",
    ".SH OPTIONS",
    ".TP",
    ".B \\-\\-coats <n>",
    "number",
    "\\&.of coats (1, 2; default: 2)",
    ".SH NOTES",
    ".PP",
    "It dries.",
    '.SH "WALLS"',
    ".EX",
    "north\\esouth",
    "\\&'east",
    ".EE",
    ".SH SEE ALSO",
    ".BR tool (1)",
    "",
  ]);
});
