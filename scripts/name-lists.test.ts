import { describe, expect, test } from "vitest";
import { importedNames, printNames, publicNames, unusedNames } from "./name-lists.ts";

const ENTRY = `// The names of a package.
export type { Colour } from "./colour.ts";
export {
  mix,
  type Paint,
  stir as blend,
} from "./paint.ts";
export async function dry(): Promise<void> {}
export interface Wall {}
export const COATS = 2;
`;

describe("an entry", () => {
  test("has the names that it exports, sorted", () => {
    expect(publicNames(ENTRY).map(({ isType, name }) => `${isType ? "type " : ""}${name}`)).toEqual([
      "COATS",
      "type Colour",
      "type Paint",
      "type Wall",
      "blend",
      "dry",
      "mix",
    ]);
  });

  test.each(['export * from "./paint.ts";', 'export type * from "./colour.ts";'])(
    "cannot hide them: %s",
    (line) => {
      expect(() => publicNames(`${ENTRY}${line}\n`)).toThrow("has to export by name");
    },
  );

  test("is printed with one line a name", () => {
    const page = printNames([{ name: "@tool/paint", folder: "/paint/", names: publicNames(ENTRY) }]);
    expect(page).toContain("## @tool/paint\n\n```\nCOATS\ntype Colour\ntype Paint\n");
  });
});

describe("a forwarded name is used", () => {
  test.each([
    ["by an import", 'import { blend, mix as stirUp, type Paint } from "@tool/paint";'],
    ["by imports of several lines", 'import {\n  blend,\n  mix,\n  type Paint,\n} from "@tool/paint";'],
    ["by an import at run time", 'const { blend, mix, Paint } = await import("@tool/paint");'],
    ["by forwarding it", 'export { blend, mix, type Paint } from "@tool/paint";'],
  ])("%s", (_, text) => {
    const types = 'import type { Colour } from "@tool/paint";';
    expect(unusedNames(publicNames(ENTRY), importedNames([text, types], "@tool/paint"))).toEqual([]);
  });

  test("by nothing that imports another entry", () => {
    const text = 'import { blend, Colour, mix, Paint } from "@tool/paint/more";';
    expect(unusedNames(publicNames(ENTRY), importedNames([text], "@tool/paint"))).toEqual([
      "Colour",
      "Paint",
      "blend",
      "mix",
    ]);
  });
});
