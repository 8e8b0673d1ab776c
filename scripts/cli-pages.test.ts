import type { CommandDescription, ParameterDescription, ProgramDescription } from "@sti/cli/reference";
import { expect, test } from "vitest";
import { printPages } from "./cli-pages.ts";

const parameter: ParameterDescription = { term: "", meaning: "", required: false, choices: [] };

const paint: CommandDescription = {
  name: "paint",
  summary: "Paint a wall.",
  usage: "tool paint [options] <wall>",
  arguments: [{ ...parameter, term: "<wall>", meaning: "wall to paint, or *" }],
  options: [
    {
      heading: "Options",
      members: [{ ...parameter, term: "--to <a|b>", meaning: "like --from=A", required: true }],
    },
    {
      heading: "Paint",
      members: [
        { ...parameter, term: "--coats <n>", meaning: "coats", choices: ["one", "two"], default: "two" },
        { ...parameter, term: "--brush <file>", meaning: "brush", default: "wide" },
      ],
    },
  ],
  closing: [
    "It dries in an hour.",
    "",
    "Examples:",
    "  tool paint north   one wall",
    "  tool paint south --coats one",
    "",
    "Walls (by compass):",
    "  north   cold",
  ].join("\n"),
};

const tool: ProgramDescription = {
  ...paint,
  name: "tool",
  arguments: [],
  options: [],
  commands: [{ heading: "Colours", members: [paint] }],
  closing: "Exit codes: 0 success, 2 no brush,\nor no wall, 128 + n stopped by signal n.",
};

test("a command has a page with its parameters, notes and examples", () => {
  const page = printPages(tool, { paint: ["[Walls](../walls.md)"] }).get("paint.md");
  expect(page?.split("\n").slice(2).join("\n")).toBe(`# tool paint

Paint a wall.

\`\`\`sh
tool paint [options] <wall>
\`\`\`

It dries in an hour.

See also: [Walls](../walls.md)

## Arguments

| argument | description          |
| -------- | -------------------- |
| \`<wall>\` | wall to paint, or \\* |

## Options

### General

| option                   | description     |
| ------------------------ | --------------- |
| \`--to <a\\|b>\` (required) | like \`--from=A\` |

### Paint

| option           | description | values                 |
| ---------------- | ----------- | ---------------------- |
| \`--coats <n>\`    | coats       | \`one\`, \`two\` (default) |
| \`--brush <file>\` | brush       | default: \`wide\`        |

## Examples

\`\`\`sh
tool paint north  # one wall
tool paint south --coats one
\`\`\`

## Walls

By compass.

\`\`\`
north   cold
\`\`\`

[All commands](README.md)
`);
});

test("the index links the commands of each group and has the exit codes", () => {
  const index = printPages(tool, {}).get("README.md");
  expect(index).toContain(`## Colours

| command                | description  |
| ---------------------- | ------------ |
| [tool paint](paint.md) | Paint a wall |
`);
  expect(index).toContain(`| 0       | success              |
| 2       | no brush, or no wall |
| 128 + n | stopped by signal n  |
`);
});

test("topics of a command that the program lacks are an error", () => {
  expect(() => printPages(tool, { scrape: [] })).toThrow("topics of unknown commands: scrape");
});
