import { defineConfig } from "@sti/cli/config";

const site = {
  context: "./site",
  stage: "site",
  args: { VERSION: { fromHost: "VERSION", default: "dev" }, DRAFTS: "no" },
};

export default defineConfig({
  images: {
    site: { ...site, tag: "migration/site" },
    preview: { ...site, args: { ...site.args, DRAFTS: "yes" }, tag: "migration/preview" },
    tools: {
      context: ".",
      dockerfile: "tools/Dockerfile",
      tag: "migration/tools",
      labels: { "com.example.team": "web" },
    },
  },
});
