// What TypeScript written in JavaScript makes of a source: problems, and the texts that an editor shows. The compiler
// of this repository is native and has no such interface.
import { dirname } from "node:path";
import ts from "typescript-js";

export interface TypeChecker {
  /** Empty if the compiler accepts the source. */
  readonly problems: readonly TypeProblem[];
  /** The documentation that an editor shows for the name at this offset; empty if it has none. */
  documentationAt(offset: number): string;
}

export interface TypeProblem {
  /** 2561 for TS2561. */
  readonly code: number;
  /** The whole message, with its details. */
  readonly message: string;
  /** The source from the problem's start to its end. */
  readonly excerpt: string;
}

/** `file` is the absolute path at which the source stands; it need not exist. */
export function checkTypes(file: string, source: string): TypeChecker {
  const service = ts.createLanguageService(createHost(file, source));
  const problems = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
  return {
    problems: problems.map(({ code, messageText, start = 0, length = 0 }) => ({
      code,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
      excerpt: source.slice(start, start + length),
    })),
    documentationAt: (offset) => {
      const info = service.getQuickInfoAtPosition(file, offset);
      const tags = info?.tags?.map((tag) => ts.displayPartsToString(tag.text)) ?? [];
      return [ts.displayPartsToString(info?.documentation), ...tags].join("\n").trim();
    },
  };
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
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
