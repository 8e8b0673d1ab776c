import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const page = readFileSync(new URL("./index.html", import.meta.url));

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
