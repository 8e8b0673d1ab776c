const { createServer } = require("node:http");
const { word } = require("@builders/words");

createServer((_request, response) => response.end(`workspace, ${word}`)).listen(process.env.PORT);
process.on("SIGTERM", () => process.exit());
