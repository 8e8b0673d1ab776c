// The documentation as a website: the pages of docs/, in the order of its index. Built by `./pnpmw site`.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { makeSidebar } from "../../scripts/site-index.ts";
import { folderLink, repositoryLink, slugOf } from "../../scripts/site-links.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const docs = join(root, "docs");
/** The site is built without links to the repository unless the variable names it. */
const repository = process.env.STI_SITE_REPOSITORY;

export default defineConfig({
  title: "sti",
  description: "Source code of many apps to ready-to-run container images",
  lang: "en",
  srcDir: docs,
  // Else browsers ask for a favicon.
  head: [["link", { rel: "icon", href: "data:," }]],
  cacheDir: join(root, "dist/site-cache"),
  rewrites: (page) => page.replace(/README\.md$/, "index.md"),
  markdown: {
    anchor: { slugify: slugOf },
    config: (markdown) => {
      markdown.core.ruler.push("repository-links", ({ env, tokens }) => {
        for (const { children } of tokens) {
          const links = children?.filter(({ type }) => type === "link_open" || type === "link_close") ?? [];
          for (let index = 0; index < links.length; index += 2) {
            const [open, close] = links.slice(index);
            const href = open?.attrGet("href");
            if (open === undefined || close === undefined || typeof href !== "string") continue;
            const address = repositoryLink(href, env.path, { root, docs, repository });
            open.attrSet("href", address ?? folderLink(href));
            if (address === null) children?.splice(children.indexOf(open), 1);
            if (address === null) children?.splice(children.indexOf(close), 1);
          }
        }
      });
    },
  },
  themeConfig: {
    search: { provider: "local" },
    sidebar: [...makeSidebar(docs)] as never,
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/start.html" },
      { text: "Config", link: "/config.html" },
      { text: "Commands", link: "/cli/" },
    ],
    ...(repository === undefined
      ? {}
      : { socialLinks: [{ icon: "github", link: repository.replace(/\/blob\/.*$/, "") }] }),
    docFooter: { prev: false, next: false },
  },
});
