import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: {
    python: { context: "./builder", tag: "migration/python" },
  },
  services: {
    store: { image: "postgres:17", ports: ["127.0.0.1:5432:5432"] },
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
        dependsOn: ["store"],
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
