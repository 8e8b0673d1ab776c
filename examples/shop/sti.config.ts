import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: {
    "node-builder": { context: "./builders/node", tag: "shop/node-builder" },
    "python-builder": { context: "./builders/python", tag: "shop/python-builder" },
    "static-runtime": { context: "./builders/static", tag: "shop/static-runtime" },
  },
  apps: {
    api: {
      source: "./services/api",
      buildImage: "shop/node-builder",
      tag: "shop/api",
      // npm reaches its registry over TLS, which many company networks re-sign with a certificate of their own.
      hostTrust: true,
    },
    catalog: {
      source: "./services/catalog",
      buildImage: "shop/python-builder",
      tag: "shop/catalog",
    },
    storefront: {
      source: "./services/storefront",
      // Built on top of the API's image, so after it: the storefront imports the API's product rules.
      buildImage: "shop/api",
      tag: "shop/storefront",
      env: { SHOP_TITLE: "The tea shop" },
      hostTrust: true,
    },
    help: {
      source: "./services/help",
      // Extended: Node renders the pages, and an image without Node serves them.
      buildImage: { target: "node-builder" },
      runtimeImage: { target: "static-runtime" },
      tag: "shop/help",
      hostTrust: true,
    },
  },
});
