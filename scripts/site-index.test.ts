import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./ensure-built.ts";
import { makeSidebar, readIndex } from "./site-index.ts";

test("an index is its rows by headings, without files outside", () => {
  const page =
    "# Index\n\n## One\n\n| page | topic |\n| --- | --- |\n| [a b](a.md) | x |\n| [out](../OUT.md) | y |\n\n## Two\n\ntext\n";
  expect(readIndex(page)).toEqual([{ heading: "One", pages: [{ text: "a b", file: "a.md" }] }]);
});

test("the sidebar has the sections of docs/README.md, and the commands below the reference", () => {
  const sidebar = makeSidebar(join(root, "docs"));
  expect(sidebar.map(({ text }) => text)).toContain("Using sti");
  const pages = sidebar.flatMap(({ items = [] }) => items);
  expect(pages).toContainEqual({ text: "Start", link: "/start.html" });
  const reference = pages.find(({ link }) => link === "/cli/");
  expect(reference?.items).toContainEqual({ text: "sti run", link: "/cli/run.html" });
});
