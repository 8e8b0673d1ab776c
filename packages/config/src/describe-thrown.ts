// Describes a value thrown by a config, as a failure at a place in the user's files. The thread that evaluated it sends
// a stack only.
import { fileURLToPath } from "node:url";
import type { Failure, Location } from "@sti/core";
import type { Thrown } from "./evaluation-worker.ts";
import { importOffset } from "./module-values.ts";
import { parseModule } from "./parse-module.ts";
import { codeFrame, locationAt } from "./text-position.ts";

export interface DescribeThrownOptions {
  readonly thrown: Thrown;
  /** The config, as the failure is to name it. */
  readonly file: string;
  /** The text of each of the user's files that took part, in the order in which they were imported. */
  readonly sources: ReadonlyMap<string, string>;
}

const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\)[^\n]*?):(\d+):(\d+)\)?$/;
const INTERNAL_FRAME = /^\s*at .*\(?node:(?:internal\/(?:modules|vm)|vm)\b/;

export function describeThrown(options: DescribeThrownOptions): Failure {
  const { thrown, file, sources } = options;
  const syntax = thrown.name === "SyntaxError" ? syntaxPlace(thrown, sources) : undefined;
  const location = syntax ?? importPlace(thrown, sources) ?? topFrame(thrown.stack, sources);
  const text = location && sources.get(location.file);
  const frame = location && text !== undefined ? codeFrame(text, location) : undefined;
  const message = messageOf(thrown);
  return syntax === undefined
    ? { code: "config-threw", file, message, module: thrown.unresolved?.specifier, location, frame }
    : { code: "config-syntax", message, location: syntax, frame };
}

function messageOf(thrown: Thrown): string {
  if (thrown.code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return describeUnsupported(thrown.message);
  if (/^(?:require|module|exports) is not defined in ES module scope/.test(thrown.message)) {
    const [word] = thrown.message.split(" ");
    return `${word} is not defined in a module: write import and export default, or name the file sti.config.cjs`;
  }
  if (thrown.unresolved !== undefined) {
    const { byPaths, specifier } = thrown.unresolved;
    if (/^[./]/.test(specifier)) return `cannot find ${JSON.stringify(specifier)}`;
    const [first = ""] = thrown.message.split("\n");
    const plain = first.replace(/ imported from .*$/, "");
    return byPaths === undefined
      ? plain
      : `${plain}: the paths of tsconfig.json do not count in a config; import ${JSON.stringify(byPaths)}`;
  }
  const isPlain = thrown.name === "" || thrown.name === "Error";
  return isPlain ? thrown.message : `${thrown.name}: ${thrown.message}`;
}

/** Types are removed, not compiled. */
function describeUnsupported(message: string): string {
  const instead = /enum/.test(message)
    ? ': write `const Color = { Red: "red" } as const`'
    : /parameter property/.test(message)
      ? ": declare the field and assign it in the constructor"
      : /namespace|module/.test(message)
        ? ": write an object or a file of its own"
        : "";
  return `${message}: types are removed, not compiled, so syntax that makes code cannot be used${instead}`;
}

/** Place of a syntax error in a file; undefined when running code threw a SyntaxError of its own. */
function syntaxPlace(thrown: Thrown, sources: ReadonlyMap<string, string>): Location | undefined {
  const lines = thrown.stack.split("\n");
  const header = /^(.*):(\d+)$/.exec(lines[0] ?? "");
  const file = header?.[1] && toPath(header[1]);
  if (file && sources.has(file)) {
    const caret = lines.slice(1, 8).find((line) => /^\s*\^+\s*$/.test(line));
    return { file, line: Number(header[2]), column: Math.max(0, caret?.indexOf("^") ?? 0) + 1 };
  }
  const firstFrame = lines.find((line) => /^\s*at /.test(line));
  if (firstFrame === undefined || !INTERNAL_FRAME.test(firstFrame)) return undefined;
  // For modules, V8's place is lost: it is the file that does not parse. Importers stand before the imported.
  for (const [name, text] of [...sources].reverse()) {
    const outcome = parseModule(name, text);
    if (!outcome.ok && outcome.offset !== undefined) return locationAt(name, text, outcome.offset);
  }
  return undefined;
}

function importPlace({ unresolved }: Thrown, sources: ReadonlyMap<string, string>): Location | undefined {
  if (unresolved === undefined) return undefined;
  const text = sources.get(unresolved.importer);
  if (text === undefined) return undefined;
  const outcome = parseModule(unresolved.importer, text);
  const offset = outcome.ok ? importOffset(outcome.module, unresolved.specifier) : undefined;
  if (!outcome.ok || offset === undefined) return { file: unresolved.importer, line: 1, column: 1 };
  return locationAt(unresolved.importer, outcome.module.text, offset);
}

function topFrame(stack: string, sources: ReadonlyMap<string, string>): Location | undefined {
  for (const line of stack.split("\n")) {
    const match = FRAME.exec(line.trimEnd());
    const file = match?.[1] && toPath(match[1]);
    if (file && sources.has(file)) return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

function toPath(written: string): string | undefined {
  if (!written.startsWith("file:")) return written;
  return URL.canParse(written) ? fileURLToPath(written) : undefined;
}
