import { defineConfig } from "@sti/cli/config";

const app = (name: string) => ({
  source: `./${name}`,
  buildImage: "sti-incremental/builder",
  tag: `sti-incremental/${name}`,
  // npm keeps its downloads in a folder that is in no image: what it downloaded for one app is there for the other.
  caches: [{ target: "/var/cache/npm", id: "npm" }],
  buildEnv: { npm_config_cache: "/var/cache/npm" },
  // npm reaches its registry over TLS, which many company networks re-sign with a certificate of their own.
  hostTrust: true,
});

export default defineConfig({
  images: {
    builder: { context: "./builder", tag: "sti-incremental/builder" },
  },
  apps: { api: app("api"), notes: app("notes") },
});
