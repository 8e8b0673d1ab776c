// Keeps modules that hardly any command needs from being loaded with the chunk that imports them. In their place is a
// stand-in that loads the real one on first use, or, for code that sti never calls, an empty module.
import type { Plugin } from "rolldown";

/**
 * Parts of dockerode that load ssh2, gRPC and tar-fs. sti connects over ssh with the user's `ssh` and answers the
 * builder itself, so they are left out: by the end of their paths.
 */
const LEFT_OUT_OF_DOCKERODE: readonly string[] = [
  "/docker-modem/lib/ssh.js",
  "/dockerode/lib/session.js",
  "/dockerode/lib/buildkit.js",
  "/tar-fs/index.js",
];

const OWN = "\0deferred:";
const EMPTY = "\0empty";

/** Stand-ins for modules that docker-modem requires by these names; each is a fifth of the code that is loaded for it. */
const FOR_DOCKER_MODEM: Readonly<Record<string, string>> = {
  // Node's own streams are what it was copied from.
  "readable-stream": `module.exports = require("stream");`,
  debug: `
    const isOn = Boolean(process.env.DEBUG);
    module.exports = (name) => (isOn ? require("debug")(name) : () => {});
  `,
};
const STAND_IN = "\0for-docker-modem:";

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
      // Would be looked for on the disk, each time; only debugging dockerode could be coloured with it.
      if (source === "supports-color" && importer?.includes("/debug/")) return EMPTY;
      if (importer?.includes("/docker-modem/") === true && Object.hasOwn(FOR_DOCKER_MODEM, source)) {
        return { id: `${STAND_IN}${source}`, meta: { importer } };
      }
      if (importer?.startsWith(STAND_IN) === true) {
        return await this.resolve(source, this.getModuleInfo(importer)?.meta.importer, {
          kind,
          skipSelf: true,
        });
      }
      const library = libraries[source];
      if (library !== undefined && importer === undefined) {
        return await this.resolve(source, library.importer, { kind: "import-statement", skipSelf: true });
      }
      if (library !== undefined && library.importer === importer) return `${OWN}${source}`;
      if (!importer?.includes("/node_modules/")) return null;
      const resolved = await this.resolve(source, importer, { kind, skipSelf: true });
      return LEFT_OUT_OF_DOCKERODE.some((path) => resolved?.id.endsWith(path)) ? EMPTY : null;
    },
    load(id) {
      if (id === EMPTY) return "module.exports = undefined;";
      if (id.startsWith(STAND_IN)) return FOR_DOCKER_MODEM[id.slice(STAND_IN.length)] ?? null;
      if (!id.startsWith(OWN)) return null;
      const name = id.slice(OWN.length);
      const library = libraries[name];
      return library === undefined ? null : functionsOf(name, library.functions);
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
