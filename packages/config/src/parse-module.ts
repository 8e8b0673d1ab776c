// A code file as a syntax tree: only for places in error messages, so acorn is loaded when the first one is needed.
import { createRequire, stripTypeScriptTypes } from "node:module";
import { extname } from "node:path";
import type { AnyNode, Program } from "acorn";

/** A file whose syntax is known. Offsets are those of `text`. */
export interface ParsedModule {
  readonly file: string;
  /** What was parsed: types are blanked, so lines and columns are those of the file. */
  readonly text: string;
  readonly body: readonly AnyNode[];
}

export type ParseOutcome =
  | { readonly ok: true; readonly module: ParsedModule }
  | { readonly ok: false; readonly message: string; readonly offset?: number };

export function parseModule(file: string, source: string): ParseOutcome {
  const extension = extname(file);
  let text = source;
  try {
    if (extension === ".ts" || extension === ".mts" || extension === ".cts") text = stripTypes(source);
    const acorn = loadAcorn();
    if (extension === ".json") {
      const node = acorn.parseExpressionAt(text, text.startsWith("\uFEFF") ? 1 : 0, {
        ecmaVersion: "latest",
      });
      return { ok: true, module: { file, text, body: [node as AnyNode] } };
    }
    return { ok: true, module: { file, text, body: parseEither(acorn, text, extension).body as AnyNode[] } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = "pos" in error && typeof error.pos === "number" ? { offset: error.pos } : {};
    return { ok: false, message: error.message.replace(/ \(\d+:\d+\)$/, ""), ...offset };
  }
}

function parseEither(acorn: typeof import("acorn"), text: string, extension: string): Program {
  const options = { ecmaVersion: "latest", allowHashBang: true } as const;
  const asScript = () =>
    acorn.parse(text, { ...options, sourceType: "script", allowReturnOutsideFunction: true });
  if (extension === ".cjs" || extension === ".cts") return asScript();
  try {
    return acorn.parse(text, { ...options, sourceType: "module" });
  } catch (error) {
    // A .js file may be CommonJS that a module may not be (with `return` at the top, say).
    if (extension !== ".js" && extension !== ".ts") throw error;
    try {
      return asScript();
    } catch {
      throw error;
    }
  }
}

function loadAcorn(): typeof import("acorn") {
  return createRequire(import.meta.url)("acorn");
}

/** Node's own remover of types, without its remark that it is experimental. */
function stripTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
