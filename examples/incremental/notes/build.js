// Renders each of notes/*.md, unless the previous build left its page in .built. A page is called there by a hash of
// everything that it is made from: the note, this program and the locked dependencies. So an old one is never taken.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import MarkdownIt from "markdown-it";

const [BEFORE, NOW] = [".built", ".built.new"];
const tools = ["build.js", "package.json", "package-lock.json"].map((name) => readFileSync(name));

let rendered = 0;
mkdirSync(NOW);
const pages = readdirSync("notes")
  .sort()
  .map((name) => {
    const note = readFileSync(`notes/${name}`);
    const hash = createHash("sha256");
    for (const input of [...tools, note]) hash.update(`${input.length}\n`).update(input);
    const file = `${hash.digest("hex")}.html`;
    const isThere = existsSync(`${BEFORE}/${file}`);
    const page = isThere ? readFileSync(`${BEFORE}/${file}`, "utf8") : new MarkdownIt().render(`${note}`);
    rendered += isThere ? 0 : 1;
    writeFileSync(`${NOW}/${file}`, page);
    return page;
  });
rmSync(BEFORE, { recursive: true, force: true });
renameSync(NOW, BEFORE);
writeFileSync(
  "index.html",
  `<!doctype html>\n<meta charset="utf-8">\n<title>Notes</title>\n${pages.join("")}`,
);
process.stdout.write(`rendered ${rendered} of ${pages.length} notes\n`);
