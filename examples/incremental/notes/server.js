import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import MarkdownIt from "markdown-it";

const text = readFileSync(new URL("./notes.md", import.meta.url), "utf8");
const page = `<!doctype html>\n<meta charset="utf-8">\n<title>Notes</title>\n${new MarkdownIt().render(text)}`;

const server = createServer((request, response) => {
  if (request.url === "/") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  } else {
    response.writeHead(404, { "content-type": "text/plain" }).end("no such page\n");
  }
});
server.listen(process.env.PORT ?? 8080);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
