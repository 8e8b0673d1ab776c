// Gives the program the page: a module with its script and its style as texts, and with the functions that make it as
// HTML. The script is a bundle of its own, for browsers.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Plugin, rolldown } from "rolldown";

export const PAGE_MODULE = "virtual:page";
const RESOLVED = "\0virtual:page";
/** Files of the style, in their order: later rules win. */
const STYLES = ["base", "head", "failures", "timeline", "graph", "tables", "details", "parts", "layout"];
const folder = new URL("../page/", import.meta.url).pathname;

export interface PageModule extends Plugin {
  /** Modules of the page's script, for the notices of what the program contains. */
  readonly moduleIds: () => readonly string[];
}

export function pageModule(): PageModule {
  let moduleIds: readonly string[] = [];
  return {
    name: "page-module",
    moduleIds: () => moduleIds,
    resolveId: (source) => (source === PAGE_MODULE ? RESOLVED : null),
    async load(id) {
      if (id !== RESOLVED) return null;
      const script = await bundleScript();
      moduleIds = script.moduleIds;
      const style = STYLES.map((name) => readFileSync(join(folder, "style", `${name}.css`), "utf8")).join("");
      return [
        `export const script = ${JSON.stringify(script.code)};`,
        `export const style = ${JSON.stringify(style)};`,
        `export { makeDocument, renderPage } from ${JSON.stringify(join(folder, "render.tsx"))};`,
      ].join("\n");
    },
  };
}

async function bundleScript(): Promise<{ readonly code: string; readonly moduleIds: readonly string[] }> {
  const bundle = await rolldown({
    input: join(folder, "client.tsx"),
    platform: "browser",
    resolve: { conditionNames: ["sti-source", "browser", "import", "default"] },
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
  });
  const { output } = await bundle.generate({
    format: "iife",
    minify: true,
    comments: { legal: false, annotation: false, jsdoc: false },
  });
  await bundle.close();
  const [{ code, moduleIds }] = output;
  // The text stands in a script element, which must not end early. These words are in strings only.
  return { code: code.replaceAll(/<(?=\/?script|!--)/g, "\\x3c").trim(), moduleIds };
}
