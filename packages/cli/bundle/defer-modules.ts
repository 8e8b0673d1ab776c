// Keeps modules that hardly any command needs from being loaded with the chunk that imports them. In their place is a
// stand-in that loads the real one when something is asked of it.
import type { Plugin } from "rolldown";

/**
 * Parts of dockerode that load ssh2, gRPC and tar-fs. They stay out of the bundle, and are loaded from the installed
 * dockerode: by the end of their path, the name that dockerode's own modules know them by.
 */
const OF_DOCKERODE: readonly (readonly [path: string, name: string])[] = [
  ["/docker-modem/lib/ssh.js", "docker-modem/lib/ssh.js"],
  ["/dockerode/lib/session.js", "dockerode/lib/session.js"],
  ["/dockerode/lib/buildkit.js", "dockerode/lib/buildkit.js"],
  ["/tar-fs/index.js", "tar-fs"],
];

const OWN = "\0deferred:";

export function deferModules(): Plugin {
  return {
    name: "defer-modules",
    async resolveId(source, importer, { kind }) {
      if (source === "supports-color" && importer?.includes("/debug/")) return `${OWN}supports-color`;
      if (source === "string-width" && importer?.includes("/cli/src/")) return `${OWN}string-width`;
      if (!importer?.includes("/node_modules/")) return null;
      const resolved = await this.resolve(source, importer, { kind, skipSelf: true });
      const found = OF_DOCKERODE.find(([path]) => resolved?.id.endsWith(path));
      return found === undefined ? null : `${OWN}${found[1]}`;
    },
    load(id) {
      if (!id.startsWith(OWN)) return null;
      const name = id.slice(OWN.length);
      // Would be looked for on the disk, each time; only debugging dockerode could be coloured with it.
      if (name === "supports-color") return "module.exports = undefined;";
      if (name === "string-width") return STRING_WIDTH;
      return standIn(
        `process.getBuiltinModule("node:module").createRequire(require.resolve("dockerode"))(${JSON.stringify(name)})`,
      );
    },
  };
}

/** string-width is a chunk of its own, which Node can load at once though it is an ES module. */
const STRING_WIDTH = `
let real;
const load = () => process.getBuiltinModule("node:module").createRequire(import.meta.url)("./string-width.js");
export default (...args) => (real ??= load().default)(...args);
`;

/** A module that behaves as what `load`, an expression, evaluates to on first use. */
function standIn(load: string): string {
  return `
let loaded;
const real = () => (loaded ??= ${load});
module.exports = new Proxy(function () {}, {
  get: (_target, key) => real()[key],
  apply: (_target, self, args) => Reflect.apply(real(), self, args),
});
`;
}
