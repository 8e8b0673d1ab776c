// The image of sti, built by sti: `./pnpmw image [TAG]`.
import { defineConfig } from "@sti/cli/config";

export default defineConfig({
  images: { sti: { context: ".", tag: "sti:dev" } },
});
