import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: {
    api: { context: "./api", tag: "migration/api" },
    mail: { context: "./mail", tag: "migration/mail" },
  },
});
