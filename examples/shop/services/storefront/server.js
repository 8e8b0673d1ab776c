import { readFileSync } from "node:fs";
import { createServer } from "node:http";
// No dependency in package.json: the build image is the API's image, where this package is deployed already.
import { listProducts } from "@shop/api/products";
import mustache from "mustache";

const page = readFileSync(new URL("./page.html", import.meta.url), "utf8");
const title = process.env.SHOP_TITLE ?? "The shop";

const server = createServer((request, response) => {
  if (request.url !== "/") {
    response.writeHead(404, { "content-type": "text/plain" }).end("no such page\n");
    return;
  }
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(mustache.render(page, { title, products: listProducts() }));
});
server.listen(process.env.PORT ?? 8080);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
