// The sidebar of the documentation's site: the tables of docs/README.md, and of the folders that it names.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface SidebarItem {
  readonly text: string;
  /** Path on the site; left out for headings. */
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly SidebarItem[];
}

interface Section {
  readonly heading: string;
  readonly pages: readonly { readonly text: string; readonly file: string }[];
}

/** The rows `[TEXT](FILE.md) | …` of an index, by the headings above them. Only files beside or below it. */
export function readIndex(markdown: string): readonly Section[] {
  return markdown.split(/^## /m).flatMap((part, index) => {
    const [heading = ""] = part.split("\n");
    const pages = [...part.matchAll(/^\| \[([^\]]+)\]\(([\w/-]+\.md)\)/gm)].map(
      ([, text = "", file = ""]) => ({ text, file }),
    );
    return index === 0 || pages.length === 0 ? [] : [{ heading, pages }];
  });
}

/** `docs`: the folder. A row that leads to another index has the pages of that one below it. */
export function makeSidebar(docs: string): readonly SidebarItem[] {
  return readIndex(readFileSync(join(docs, "README.md"), "utf8")).map(({ heading, pages }) => ({
    text: heading,
    items: pages.map(({ text, file }) => ({
      text: capitalised(text),
      link: linkTo(file),
      ...below(docs, file),
    })),
  }));
}

function below(docs: string, file: string): Pick<SidebarItem, "collapsed" | "items"> {
  if (!file.endsWith("/README.md")) return {};
  const folder = dirname(file);
  const pages = readIndex(`## all\n${readFileSync(join(docs, file), "utf8").replaceAll(/^## /gm, "### ")}`);
  const items = pages
    .flatMap((section) => section.pages)
    .filter((page) => existsSync(join(docs, folder, page.file)))
    .map((page) => ({ text: page.text, link: linkTo(`${folder}/${page.file}`) }));
  return { collapsed: true, items };
}

/** The name of the program stays as it is. */
function capitalised(text: string): string {
  return text.startsWith("sti ") ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function linkTo(file: string): string {
  return `/${file.replace(/README\.md$/, "").replace(/\.md$/, ".html")}`;
}
