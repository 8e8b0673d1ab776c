import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./ensure-built.ts";
import { findDeadLinks, folderLink, repositoryLink, slugOf } from "./site-links.ts";

const docs = join(root, "docs");
const page = join(docs, "start.md");
const linkOf = (href: string, repository?: string) => repositoryLink(href, page, { root, docs, repository });

test("anchors of headings are those of GitHub", () => {
  expect(slugOf("`sti init` and `sti doctor`")).toBe("sti-init-and-sti-doctor");
  expect(slugOf("Step 2: one build image")).toBe("step-2-one-build-image");
});

test("links to files of the repository lead to its address, or are left out", () => {
  const repository = "https://example.com/sti/blob/main";
  expect(linkOf("../SECURITY.md#a", repository)).toBe(`${repository}/SECURITY.md#a`);
  expect(linkOf("../SECURITY.md")).toBeNull();
  expect(linkOf("install.md", repository)).toBeUndefined();
  expect(() => linkOf("../SECURITE.md")).toThrow("docs/start.md: ../SECURITE.md does not exist");
});

test("a link to a README leads to its folder", () => {
  expect(
    ["README.md", "cli/README.md#build", "../README.md", "a.md", "https://x/README.md"].map(folderLink),
  ).toEqual(["./", "cli/#build", "../", "a.md", "https://x/README.md"]);
});

test("links to pages and anchors that the site lacks are dead", () => {
  const folder = mkdtempSync(join(tmpdir(), "sti-site-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const links = [
    "b.html",
    "./b.html#there",
    "#here",
    "/base/b.html",
    "https://x.y",
    "/base/",
    "c.html",
    "b.html#no",
    "#no",
  ];
  writeFileSync(
    join(folder, "a.html"),
    `<h1 id="here"></h1>${links.map((href) => `<a href="${href}">`).join("")}`,
  );
  writeFileSync(join(folder, "b.html"), '<h2 id="there"></h2>');
  writeFileSync(join(folder, "index.html"), "");
  expect(findDeadLinks(folder, ["a.html", "b.html", "index.html"], "/base/")).toEqual([
    "a.html: c.html",
    "a.html: b.html#no",
    "a.html: #no",
  ]);
});
