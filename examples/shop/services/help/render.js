// Renders each page in pages/ to dist/, and an index of them all.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { marked } from "marked";

const template = readFileSync("template.html", "utf8");
const pages = readdirSync("pages")
  .sort()
  .map((file) => {
    const text = readFileSync(`pages/${file}`, "utf8");
    return { name: file.replace(/\.md$/, ""), title: text.match(/^# (.+)$/m)?.[1] ?? file, text };
  });

mkdirSync("dist", { recursive: true });
for (const { name, title, text } of pages) write(name, title, text);
const links = pages.map(({ name, title }) => `- [${title}](${name}.html)`);
write("index", "Help", `# Help\n\n${links.join("\n")}\n`);
process.stdout.write(`rendered ${pages.length} pages and their index\n`);

function write(name, title, text) {
  const page = template.replace("{{title}}", () => title).replace("{{content}}", () => marked.parse(text));
  writeFileSync(`dist/${name}.html`, page);
}
