// Takes Node's own modules without importing them. An import makes Node load all that a module can export, with what
// is behind its getters (fetch and WebSocket for node:http, readline for node:fs); this way it loads the module alone,
// and those that hardly any command needs when something is asked of them.
import { isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

/** Named imports from these must be functions. */
const RARE: readonly string[] = ["child_process", "fs/promises", "https", "stream/promises", "zlib"];
/** These are rare, too, but classes and values are imported from them, which only CommonJS modules can do late. */
const RARE_OBJECTS: readonly string[] = ["worker_threads"];

/** The statements as rolldown writes them into ES modules: one a line. */
const IMPORT =
  /^import (?:(?<whole>[\w$]+)|\* as (?<all>[\w$]+))?(?:, )?(?:\{(?<some>[^}]*)\})? ?from "(?<name>[^"]+)";$/gm;
/** And into CommonJS modules: the second line is for a module that is used as a whole. */
const LET =
  /^let (?<local>[\w$]+) = require\("(?<name>[^"]+)"\);(?<whole>\n\k<local> = (?:[\w$]+\.)?__toESM\(\k<local>(?:, 1)?\);)?$/gm;
/** Form in which rolldown writes a require() in a module of a library. */
const REQUIRE = /\b(?:__)?require\("(?<name>[^"]+)"\)/g;
/** TypeScript's form of `import * as` in a library: it copies each property, and so asks for all that is behind getters. */
const COPIED = /\b__importStar\((?:__)?require\("(?<name>[^"]+)"\)\)/g;

export function importBuiltins(): Plugin {
  return {
    name: "import-builtins",
    renderChunk: (code) => ({
      code: code
        .replace(IMPORT, takeImported)
        .replace(LET, takeRequired)
        .replace(COPIED, (copied, name: string) => (isBuiltin(name) ? takeInherited(name) : copied))
        .replace(REQUIRE, (required, name: string) => (isBuiltin(name) ? takeWhole(name) : required)),
    }),
  };
}

function takeImported(statement: string, ...match: readonly unknown[]): string {
  const { all, name = "", some, whole = all } = match.at(-1) as Record<string, string | undefined>;
  if (!isBuiltin(name)) return statement;
  return [
    ...(whole === undefined ? [] : [`const ${whole} = ${takeWhole(name)};`]),
    ...(some === undefined ? [] : [takeSome(name, some)]),
  ].join(" ");
}

function takeRequired(statement: string, ...match: readonly unknown[]): string {
  const { local = "", name = "", whole } = match.at(-1) as Record<string, string | undefined>;
  if (!isBuiltin(name)) return statement;
  if (whole === undefined) return `const ${local} = ${takeWhole(name)};`;
  return isRare(name, [...RARE, ...RARE_OBJECTS])
    ? `const ${local} = new Proxy({}, { get: (_, key) => key === "default" ? ${load(name)} : ${load(name)}[key] });`
    : `const ${local} = ${takeInherited(name)};`;
}

function takeInherited(name: string): string {
  return `Object.assign(Object.create(${load(name)}), { default: ${load(name)} })`;
}

function takeWhole(name: string): string {
  return isRare(name) ? `new Proxy({}, { get: (_, key) => ${load(name)}[key] })` : load(name);
}

/** `some`: what stands between the braces of an import. */
function takeSome(name: string, some: string): string {
  if (!isRare(name)) return `const {${some.replaceAll(" as ", ": ")}} = ${load(name)};`;
  const functions = some.split(",").map((one) => {
    const [imported = "", local = imported] = one.trim().split(" as ");
    return `const ${local} = (...args) => ${load(name)}.${imported}(...args);`;
  });
  return functions.join(" ");
}

function isRare(name: string, rare: readonly string[] = RARE): boolean {
  return rare.includes(name.replace(/^node:/, ""));
}

function load(name: string): string {
  return `process.getBuiltinModule("${name}")`;
}
