const { mkdirSync, writeFileSync } = require("node:fs");

mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.js", 'exports.word = require("ms")(60000);\n');
