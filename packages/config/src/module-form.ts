// The form in which Node is to load a user's file, where its own rules would refuse the text: a package.json with
// "type": "commonjs" (npm init writes it) or the extension .cjs or .cts makes an import a syntax error. Runs in the thread
// of a config.
import { stripTypeScriptTypes } from "node:module";
import { Script } from "node:vm";
import { readSmallFileSync } from "@sti/files";
import { LARGEST_MODULE } from "./refuse-special-modules.ts";

/** V8's messages for text that is a module, compiled as a script. */
const MODULE_ONLY = [
  "Cannot use import statement outside a module",
  "Unexpected token 'export'",
  "Cannot use 'import.meta' outside a module",
];

/** `format`: Node's choice. Undefined where it holds. */
export function moduleForm(file: string, format: string | null | undefined): string | undefined {
  if (format !== "commonjs" && format !== "commonjs-typescript") return undefined;
  const isTyped = format === "commonjs-typescript";
  return isModule(file, isTyped) ? `module${isTyped ? "-typescript" : ""}` : undefined;
}

function isModule(file: string, isTyped: boolean): boolean {
  try {
    const text = readSmallFileSync(file, { limit: LARGEST_MODULE }).toString();
    const script = isTyped ? stripTypeScriptTypes(text) : text;
    // As Node wraps a CommonJS module: it may return at its top.
    new Script(`(function (exports, require, module, __filename, __dirname) {${script}\n})`);
    return false;
  } catch (error) {
    // Another mistake is Node's to report.
    return error instanceof SyntaxError && MODULE_ONLY.some((message) => error.message.startsWith(message));
  }
}
