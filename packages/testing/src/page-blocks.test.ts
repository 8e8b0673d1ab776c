import { expect, test } from "vitest";
import { readPage } from "./page-blocks.ts";

const FENCE = "```";

test("a page consists of files, commands and output, by section", () => {
  const page = `# Title
${FENCE}sh
true
${FENCE}
## Run
\`src/a.ts\`:

${FENCE}ts
a;

b;
${FENCE}

1. An item:

   ${FENCE}sh watch
   serve
     --fast
   ${FENCE}

   ${FENCE}text watch
   ready
   ${FENCE}
`;
  expect(readPage(page)).toEqual([
    { heading: "", blocks: [{ kind: "commands", text: "true\n", keepsRunning: false }] },
    {
      heading: "Run",
      blocks: [
        { kind: "file", path: "src/a.ts", text: "a;\n\nb;\n" },
        { kind: "commands", text: "serve\n  --fast\n", keepsRunning: true },
        { kind: "output", text: "ready\n", ofRunning: true },
      ],
    },
  ]);
});

test.each([
  [`${FENCE}ts\na;\n${FENCE}`, 'line 1: a block of ts needs the line "`PATH`:" before it'],
  [`\n${FENCE}sh again\ntrue\n${FENCE}`, 'line 2: unknown "again"'],
  [`${FENCE}sh\ntrue`, "line 1: the block has no end"],
])("%j cannot be followed", (page, message) => {
  expect(() => readPage(page)).toThrow(message);
});
