// Takes of undici the pools, the proxy and requests over them. Its entry loads fetch, caches, mocks and WebSocket, too,
// which are two thirds of it.
import { createRequire } from "node:module";
import type { Plugin } from "rolldown";

const PARTS = "\0undici";

/** `importer`: a module from which undici is found. */
export function reduceUndici(importer: string): Plugin {
  const part = (path: string) => JSON.stringify(createRequire(importer).resolve(`undici/lib/${path}`));
  return {
    name: "reduce-undici",
    resolveId: (source) => (source === "undici" ? PARTS : null),
    load: (id) =>
      id !== PARTS
        ? null
        : [
            `import Dispatcher from ${part("dispatcher/dispatcher.js")};`,
            `import Agent from ${part("dispatcher/agent.js")};`,
            `import ProxyAgent from ${part("dispatcher/proxy-agent.js")};`,
            `import api from ${part("api/index.js")};`,
            // As its entry does it.
            "Object.assign(Dispatcher.prototype, api);",
            "export { Agent, ProxyAgent };",
          ].join("\n"),
  };
}
