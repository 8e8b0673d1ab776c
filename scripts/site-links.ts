// Links of the documentation's site: those to files of the repository, and a check of all others in the built pages.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";

/** The anchor of a heading, as GitHub makes it. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

export interface RepositoryLinks {
  /** Folder of the repository, absolute. */
  readonly root: string;
  /** Folder of the pages, absolute. */
  readonly docs: string;
  /** Address of its files, as "https://github.com/OWNER/NAME/blob/COMMIT"; undefined if the site names no repository. */
  readonly repository: string | undefined;
}

/**
 * The address for a link of `page` (absolute) to a file outside the pages, null if the link has to be left out, and
 * undefined for all other links. Throws if there is no such file.
 */
export function repositoryLink(
  href: string,
  page: string,
  { root, docs, repository }: RepositoryLinks,
): string | null | undefined {
  if (!href.startsWith("../")) return undefined;
  const [path = "", anchor] = href.split("#");
  const file = resolve(dirname(page), decodeURI(path));
  if (!relative(docs, file).startsWith("..")) return undefined;
  if (!existsSync(file)) throw new Error(`${relative(root, page)}: ${href} does not exist`);
  if (repository === undefined) return null;
  return `${repository}/${relative(root, file)}${anchor === undefined ? "" : `#${anchor}`}`;
}

/** A link to a README is one to its folder, whose page it is. */
export function folderLink(href: string): string {
  return /^[a-z]+:/.test(href)
    ? href
    : href.replace(/^(?:(.*\/))?README\.md(?=#|$)/, (_, folder) => folder ?? "./");
}

/** One text for each link of the pages to a page or an anchor that the site lacks. `base`: path of the site's root. */
export function findDeadLinks(folder: string, pages: readonly string[], base = "/"): readonly string[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  for (const [page, text] of texts)
    anchors.set(page, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id)));
  return [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/<a [^>]*href="([^"]+)"/g)]
      .map(([, href = ""]) => href.replaceAll("&amp;", "&"))
      .filter((href) => !/^[a-z]+:/.test(href) && isDead(href, page))
      .map((href) => `${page}: ${href}`),
  );

  function isDead(href: string, page: string): boolean {
    const [path = "", anchor] = href.split("#");
    const target = path === "" ? page : fileOf(path, page);
    const ids = anchors.get(target);
    if (ids === undefined) return !existsSync(join(folder, target));
    return anchor !== undefined && anchor !== "" && !ids.has(decodeURIComponent(anchor));
  }

  function fileOf(path: string, page: string): string {
    const inSite = path.startsWith(base) ? path.slice(base.length) : posix.join(posix.dirname(page), path);
    return inSite === "" || inSite.endsWith("/") ? `${inSite}index.html` : inSite;
  }
}
