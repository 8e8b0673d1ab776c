import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: {
    python: { context: "./builder", tag: "migration/python" },
  },
  apps: {
    api: {
      source: "./api/src",
      buildImage: "migration/python",
      tag: "migration/api",
      dev: {
        ports: ["127.0.0.1:8080:8080"],
        env: { PRICES: "/data/prices.json" },
        volumes: ["./data:/data:ro"],
        probe: { http: "/" },
      },
    },
    mail: {
      source: "./mail/src",
      buildImage: "migration/python",
      tag: "migration/mail",
      dev: { ports: ["127.0.0.1:8025:8080"] },
    },
  },
});
