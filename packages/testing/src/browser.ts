// A browser for tests of pages: Debian's chromium without a window, in a profile of its own. Closed when the test ends.
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

export type { Page };

/** It runs as root in containers, and asks nobody but the page. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Playwright makes a new profile each time, and removes it. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ARGS });
  onTestFinished(() => browser.close());
  return browser;
}

/** Errors and refused requests of a page, and windows that it opened; complete when the test reads it last. */
export function watchPage(page: Page): readonly string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return problems;
}

/** Violations that axe finds on the page, as "rule: element". */
export async function checkAccessibility(page: Page): Promise<readonly string[]> {
  // A script element would be refused by the page's policy; this is not.
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(readFileSync(axe, "utf8"));
  return await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { readonly axe: Axe };
    const { violations } = await checker.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

interface Axe {
  run(): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  }>;
}

function findChromium(): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder || ".", "chromium");
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error("chromium is not installed; on Debian: sudo apt-get install chromium");
}
