// The documentation as a website: `./pnpmw site`.
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ROOT = new URL("../../../../", import.meta.url).pathname;

test("the site has a page for each file of docs/, without dead links, and loads nothing from elsewhere", () => {
  const folder = mkdtempSync(join(tmpdir(), "sti-site-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, ["--conditions=sti-source", join(ROOT, "scripts/site.ts"), folder], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, STI_SITE_REPOSITORY: "https://example.com/sti/blob/main" },
  });
  const pages = globSync("**/*.html", { cwd: folder });
  const sources = globSync("**/*.md", { cwd: join(ROOT, "docs") });
  const built = sources.map((file) => file.replace(/README\.md$/, "index.md").replace(/md$/, "html"));
  expect(pages.sort()).toEqual([...built, "404.html"].sort());
  for (const page of pages) {
    const text = readFileSync(join(folder, page), "utf8");
    expect(text.match(/<(?:script|link|img)[^>]* (?:src|href)="(?:https?:)?\/\/[^"]*"/g)).toBeNull();
  }
  const styles = globSync("assets/*.css", { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), "utf8"),
  );
  expect(styles.join("")).not.toMatch(/url\(["']?(?:https?:)?\/\//);
  expect(readFileSync(join(folder, "index.html"), "utf8")).toContain(
    "https://example.com/sti/blob/main/SECURITY.md",
  );
});
