// A code file as a syntax tree: only for places in error messages. The bundle loads acorn when the first is asked for.
import { stripTypeScriptTypes } from "node:module";
import { extname } from "node:path";
import { type AnyNode, type Program, parse, parseExpressionAt } from "acorn";

/** A file whose syntax is known. Offsets are those of `text`. */
export interface ParsedModule {
  readonly file: string;
  /** Parsed text: types are blanked, so lines and columns are those of the file. */
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
    if (extension === ".json") {
      const node = parseExpressionAt(text, text.startsWith("\uFEFF") ? 1 : 0, {
        ecmaVersion: "latest",
      });
      return { ok: true, module: { file, text, body: [node as AnyNode] } };
    }
    return { ok: true, module: { file, text, body: parseEither(text, extension).body as AnyNode[] } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = "pos" in error && typeof error.pos === "number" ? { offset: error.pos } : {};
    return { ok: false, message: error.message.replace(/ \(\d+:\d+\)$/, ""), ...offset };
  }
}

function parseEither(text: string, extension: string): Program {
  const options = { ecmaVersion: "latest", allowHashBang: true } as const;
  const asScript = () => parse(text, { ...options, sourceType: "script", allowReturnOutsideFunction: true });
  try {
    return parse(text, { ...options, sourceType: "module" });
  } catch (error) {
    // A file may be CommonJS that a module may not be (with `return` at the top, say).
    if (extension === ".mjs" || extension === ".mts") throw error;
    try {
      return asScript();
    } catch {
      throw error;
    }
  }
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
