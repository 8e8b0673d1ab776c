// Answers with its version of Node.js, a dependency's text and the file that the build made.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const ms = require("ms");

const server = createServer((_request, response) => {
  response.end(
    `node ${process.versions.node.split(".")[0]}, ${ms(60000)}, ${readFileSync("dist/built.txt", "utf8")}`,
  );
});
server.listen(process.env.PORT);
process.on("SIGTERM", () => process.exit());
