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

/** A library whose functions are wanted at once, but seldom: a chunk of its own, which Node can load like that. */
export interface DeferredLibrary {
  /** The functions that our sources import. */
  readonly functions: readonly string[];
  /** The module that imports them, absolute. */
  readonly importer: string;
}

/** `libraries`, by name, must be entries of the bundle under their names. */
export function deferModules(libraries: Readonly<Record<string, DeferredLibrary>> = {}): Plugin {
  return {
    name: "defer-modules",
    async resolveId(source, importer, { kind }) {
      if (source === "supports-color" && importer?.includes("/debug/")) return `${OWN}supports-color`;
      const library = libraries[source];
      if (library !== undefined && importer === undefined) {
        return await this.resolve(source, library.importer, { kind: "import-statement", skipSelf: true });
      }
      if (library !== undefined && library.importer === importer) return `${OWN}${source}`;
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
      const library = libraries[name];
      if (library !== undefined) return functionsOf(name, library.functions);
      return standIn(
        `process.getBuiltinModule("node:module").createRequire(require.resolve("dockerode"))(${JSON.stringify(name)})`,
      );
    },
  };
}

function functionsOf(library: string, names: readonly string[]): string {
  const load = `process.getBuiltinModule("node:module").createRequire(import.meta.url)("./${library}.js")`;
  return [
    // Of a CommonJS library the chunk exports the whole.
    `let loaded;\nconst real = () => (loaded ??= ((all) => ("${names[0]}" in all ? all : all.default))(${load}));`,
    ...names.map((name, index) => `const f${index} = (...args) => real()["${name}"](...args);`),
    `export { ${names.map((name, index) => `f${index} as ${name}`).join(", ")} };`,
  ].join("\n");
}

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
