import { defineConfig } from "@sti/config";

export default defineConfig({
  // npm reaches its registry over TLS, which many company networks re-sign with a certificate of their own.
  defaults: { hostTrust: true },
  images: {
    builder: { context: "./builder", tag: "sti-incremental/builder" },
  },
  apps: {
    api: {
      source: "./api",
      buildImage: "sti-incremental/builder",
      tag: "sti-incremental/api",
      // The default, and so it needs no line: prepare gets what save-artifacts found in the previous image.
      incremental: true,
    },
    notes: {
      source: "./notes",
      buildImage: "sti-incremental/builder",
      tag: "sti-incremental/notes",
      // The other way: every build is clean, and npm keeps its downloads in a folder that is in no image.
      incremental: false,
      caches: [{ target: "/var/cache/npm", id: "npm" }],
      buildEnv: { npm_config_cache: "/var/cache/npm" },
    },
  },
});
