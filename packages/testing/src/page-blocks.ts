// The fenced blocks of a Markdown page, for tests that follow the page: files, commands, and expected output.

export type PageBlock =
  /** A block below the line "`PATH`:". */
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  /** "```sh". With "watch" after it, the commands keep running until the section ends. */
  | { readonly kind: "commands"; readonly text: string; readonly keepsRunning: boolean }
  /** "```text" or "```": output of the commands before it. With "watch": of the commands that keep running. */
  | { readonly kind: "output"; readonly text: string; readonly ofRunning: boolean };

export interface PageSection {
  /** Empty for the blocks before the first heading of the second level. */
  readonly heading: string;
  readonly blocks: readonly PageBlock[];
}

/** Throws on a block of another kind: each block of such a page counts. */
export function readPage(markdown: string): readonly PageSection[] {
  const sections: { heading: string; blocks: PageBlock[] }[] = [{ heading: "", blocks: [] }];
  const lines = markdown.split("\n");
  let caption = "";
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [, indent, info] = /^( *)```(.*)$/.exec(line) ?? [];
    if (indent === undefined || info === undefined) {
      const [, heading] = /^## (.+)$/.exec(line) ?? [];
      if (heading !== undefined) sections.push({ heading, blocks: [] });
      if (line.trim() !== "") caption = line.trim();
      continue;
    }
    const end = lines.indexOf(`${indent}\`\`\``, at + 1);
    if (end === -1) throw new Error(`line ${at + 1}: the block has no end`);
    const text = lines
      .slice(at + 1, end)
      .map((one) => `${one.slice(indent.length)}\n`)
      .join("");
    sections.at(-1)?.blocks.push(readBlock(info.trim(), caption, text, at + 1));
    caption = "";
    at = end;
  }
  return sections;
}

function readBlock(info: string, caption: string, text: string, line: number): PageBlock {
  const [language, modifier] = info.split(" ");
  const [, path] = /^`([^`]+)`:$/.exec(caption) ?? [];
  if (path !== undefined) return { kind: "file", path, text };
  if (modifier !== undefined && modifier !== "watch") throw new Error(`line ${line}: unknown "${modifier}"`);
  const watches = modifier === "watch";
  if (language === "sh") return { kind: "commands", text, keepsRunning: watches };
  if (language === "" || language === "text") return { kind: "output", text, ofRunning: watches };
  throw new Error(`line ${line}: a block of ${language} needs the line "\`PATH\`:" before it`);
}
