import { defineConfig } from "@sti/cli/config";

// Packages of this folder's pnpm workspace. Each comes with @harbour/timetable, which both depend on, and with a lockfile
// for just these; @harbour/brochure is in neither.
const app = (name: string) => ({
  source: { workspace: `@harbour/${name}` },
  buildImage: "sti-workspace/builder",
  tag: `sti-workspace/${name}`,
  // What pnpm downloads for one app is there for the other.
  caches: [{ target: "/var/cache/pnpm", id: "pnpm" }],
  buildEnv: { npm_config_store_dir: "/var/cache/pnpm" },
  // npm and pnpm reach their registry over TLS, which many company networks re-sign with a certificate of their own.
  hostTrust: true,
});

export default defineConfig({
  images: {
    builder: { context: "./builder", tag: "sti-workspace/builder" },
  },
  apps: { board: app("board"), departures: app("departures") },
});
