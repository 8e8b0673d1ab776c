// What TypeScript written in JavaScript makes of a source: problems, and the texts that an editor shows. The compiler
// of this repository is native and has no such interface.
import { dirname } from "node:path";
import ts from "typescript-js";

export interface TypeChecker {
  /** Empty if the compiler accepts the source. */
  listProblems(): readonly TypeProblem[];
  /** The description that an editor shows for the name at this offset; empty if it has none. */
  documentationAt(offset: number): string;
}

export interface TypeProblem {
  /** 2561 for TS2561. */
  readonly code: number;
  /** From 1 on. */
  readonly line: number;
  /** With its details. */
  readonly message: string;
}

/** `file` is the absolute path at which the source stands; it need not exist. */
export function checkTypes(file: string, source: string): TypeChecker {
  const service = ts.createLanguageService(createHost(file, source));
  return {
    listProblems: () =>
      [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].map(
        ({ code, messageText, start }) => ({
          code,
          line: source.slice(0, start).split("\n").length,
          message: ts.flattenDiagnosticMessageText(messageText, "\n"),
        }),
      ),
    documentationAt: (offset) =>
      ts.displayPartsToString(service.getQuickInfoAtPosition(file, offset)?.documentation),
  };
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  allowImportingTsExtensions: true,
  noEmit: true,
  customConditions: ["sti-source"],
  types: [],
};

function createHost(file: string, source: string): ts.LanguageServiceHost {
  const read = (name: string) => (name === file ? source : ts.sys.readFile(name));
  return {
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const text = read(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => dirname(file),
    getCompilationSettings: () => OPTIONS,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
}
