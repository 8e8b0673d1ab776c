import Router from "@koa/router";
import Koa from "koa";
import { findProduct, listProducts } from "./products.js";

const router = new Router();
router.get("/health", (context) => {
  context.body = { status: "ok" };
});
router.get("/products", (context) => {
  context.body = listProducts();
});
router.get("/products/:id", (context) => {
  const product = findProduct(context.params.id);
  if (product === undefined) {
    context.status = 404;
    context.body = { error: `no product ${context.params.id}` };
  } else {
    context.body = product;
  }
});

const server = new Koa()
  .use(router.routes())
  .use(router.allowedMethods())
  .listen(process.env.PORT ?? 8080);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
