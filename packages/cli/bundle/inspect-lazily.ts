// Lets dockerode write the options of a request for its own debugging when that is asked for, and not at each request:
// the first takes as long as a third of a small command, for Node loads what it inspects with.
import type { Plugin } from "rolldown";

const ID = "\0util-that-inspects-lazily";

export function inspectLazily(): Plugin {
  return {
    name: "inspect-lazily",
    resolveId: (source, importer) => (source === "util" && importer?.includes("/docker-modem/") ? ID : null),
    load: (id) => (id === ID ? UTIL_MODULE : null),
  };
}

/** debug() makes a string of the value that %s stands for, but only when it prints it. */
const UTIL_MODULE = `
const util = require("util");
const inspect = (value, options) => ({ toString: () => util.inspect(value, options) });
module.exports = Object.assign(Object.create(util), { inspect });
`;
