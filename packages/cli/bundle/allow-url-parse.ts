// Lets dockerode go on with Node's old URL functions. Node warns the user of url.parse() in code that does not lie
// below node_modules, and in the bundle dockerode's does not.
import type { Plugin } from "rolldown";

const ID = "\0url-without-warning";

export function allowUrlParse(): Plugin {
  return {
    name: "allow-url-parse",
    resolveId: (source, importer) => (source === "url" && importer?.includes("/docker-modem/") ? ID : null),
    load: (id) => (id === ID ? URL_MODULE : null),
  };
}

/** The same functions, but for the warning before them. */
const URL_MODULE = `
const url = require("url");
const parse = (...text) => {
  const parsed = new url.Url();
  parsed.parse(...text);
  return parsed;
};
module.exports = { ...url, parse, resolve: (from, to) => parse(from, false, true).resolveObject(to).format() };
`;
