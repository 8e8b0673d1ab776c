// A site with client-side routes: one page, and a script large enough to be compressed.
const { mkdirSync, writeFileSync } = require("node:fs");

mkdirSync("dist/assets", { recursive: true });
writeFileSync("dist/index.html", "<!doctype html><title>site</title><script src=/assets/app.js></script>\n");
writeFileSync("dist/assets/app.js", `${"// a line of the script\n".repeat(200)}`);
