import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: {
    builder: { context: "./builder", tag: "sti-extended/builder" },
    runtime: { context: "./runtime", tag: "sti-extended/runtime" },
  },
  apps: {
    site: {
      source: "./site",
      // Bundles the site, and stays behind as sti-extended/site:latest-build, with Node, npm and node_modules.
      buildImage: "sti-extended/builder",
      // Serves it: the result is this image and the bundled site.
      runtimeImage: "sti-extended/runtime",
      tag: "sti-extended/site",
      // npm reaches its registry over TLS, which many company networks re-sign with a certificate of their own.
      hostTrust: true,
    },
  },
});
