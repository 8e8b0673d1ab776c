// Takes Node's own modules without importing them. An import makes Node load all that a module can export, with what
// is behind its getters (fetch and WebSocket for node:http, readline for node:fs); this way it loads the module alone.
import { isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

/** The statements as rolldown writes them: one a line. */
const IMPORT =
  /^import (?:(?<whole>[\w$]+)|\* as (?<all>[\w$]+))?(?:, )?(?:\{(?<some>[^}]*)\})? ?from "(?<name>[^"]+)";$/gm;

/** How rolldown writes a require() in a module of a library. */
const REQUIRE = /\b__require\("(?<name>[^"]+)"\)/g;

export function importBuiltins(): Plugin {
  return {
    name: "import-builtins",
    renderChunk: (code) => ({ code: code.replace(IMPORT, takeBuiltin).replace(REQUIRE, requireBuiltin) }),
  };
}

function takeBuiltin(statement: string, ...match: readonly unknown[]): string {
  const { all, name = "", some, whole = all } = match.at(-1) as Record<string, string | undefined>;
  if (!isBuiltin(name)) return statement;
  const taken = taking(name);
  return [
    ...(whole === undefined ? [] : [`const ${whole} = ${taken};`]),
    ...(some === undefined ? [] : [`const {${some.replaceAll(" as ", ": ")}} = ${taken};`]),
  ].join(" ");
}

function requireBuiltin(expression: string, name: string): string {
  return isBuiltin(name) ? taking(name) : expression;
}

function taking(name: string): string {
  return `process.getBuiltinModule("${name}")`;
}
