import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: {
    builder: { context: "./builder", tag: "sti-hello/builder" },
  },
  apps: {
    greeter: { source: "./greeter", buildImage: "sti-hello/builder", tag: "sti-hello/greeter" },
    almanac: { source: "./almanac", buildImage: "sti-hello/builder", tag: "sti-hello/almanac" },
  },
});
