// Values of a module's names, by its top-level statements: declared, imported, exported.
import type { AnyNode } from "acorn";
import type { ParsedModule } from "./parse-module.ts";

export type ModuleValue =
  | { readonly kind: "expression"; readonly node: AnyNode }
  /** `name` is "*" for the whole module. */
  | { readonly kind: "import"; readonly from: string; readonly name: string };

/** The expression that the module's default export is: `export default`, `module.exports =`, or a JSON file's value. */
export function defaultExportOf(module: ParsedModule): AnyNode | undefined {
  for (const node of module.body) {
    if (node.type === "ExportDefaultDeclaration") return node.declaration;
    if (node.type === "ExpressionStatement" && node.expression.type === "AssignmentExpression") {
      const { left, right } = node.expression;
      if (left.type === "MemberExpression" && isModuleExports(left)) return right;
    }
    if (node.type === "ObjectExpression" || node.type === "ArrayExpression") return node;
    if (node.type === "ExportNamedDeclaration") {
      for (const specifier of node.specifiers) {
        if (nameIn(specifier.exported) === "default" && !node.source) return specifier.local;
      }
    }
  }
  return undefined;
}

/** Value that a module exports under a name. */
export function exportOf(module: ParsedModule, name: string): ModuleValue | undefined {
  if (name === "default") {
    const node = defaultExportOf(module);
    if (node !== undefined) return { kind: "expression", node };
  }
  for (const statement of module.body) {
    if (statement.type !== "ExportNamedDeclaration") continue;
    const declared = statement.declaration && declaredIn(statement.declaration, name);
    if (declared) return declared;
    for (const specifier of statement.specifiers) {
      if (nameIn(specifier.exported) !== name) continue;
      const local = nameIn(specifier.local);
      const from = statement.source?.value;
      return typeof from === "string" ? { kind: "import", from, name: local } : bindingOf(module, local);
    }
  }
  return undefined;
}

/** Value of a name inside a module. */
export function bindingOf(module: ParsedModule, name: string): ModuleValue | undefined {
  for (const statement of module.body) {
    if (statement.type === "ImportDeclaration") {
      for (const specifier of statement.specifiers) {
        if (specifier.local.name !== name || typeof statement.source.value !== "string") continue;
        const from = statement.source.value;
        if (specifier.type === "ImportDefaultSpecifier") return { kind: "import", from, name: "default" };
        if (specifier.type === "ImportNamespaceSpecifier") return { kind: "import", from, name: "*" };
        return { kind: "import", from, name: nameIn(specifier.imported) };
      }
    }
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    const declared = declaration && declaredIn(declaration, name);
    if (declared) return declared;
  }
  return undefined;
}

/** The offset of the import of `specifier` in a module, wherever it is written. */
export function importOffset(module: ParsedModule, specifier: string): number | undefined {
  for (const node of module.body) {
    const isImport =
      node.type === "ImportDeclaration" ||
      node.type === "ExportNamedDeclaration" ||
      node.type === "ExportAllDeclaration";
    if (isImport && node.source?.value === specifier) return node.source.start;
  }
  // import() and require() may stand anywhere; their argument is a string in quotes.
  const quoted = [`"${specifier}"`, `'${specifier}'`, `\`${specifier}\``];
  const offsets = quoted.map((text) => module.text.indexOf(text)).filter((offset) => offset !== -1);
  return offsets.length === 0 ? undefined : Math.min(...offsets);
}

function declaredIn(node: AnyNode, name: string): ModuleValue | undefined {
  if (node.type === "FunctionDeclaration") {
    return node.id?.name === name ? { kind: "expression", node } : undefined;
  }
  if (node.type !== "VariableDeclaration") return undefined;
  for (const { id, init } of node.declarations) {
    if (id.type === "Identifier" && id.name === name && init) return { kind: "expression", node: init };
  }
  return undefined;
}

function isModuleExports(node: AnyNode & { type: "MemberExpression" }): boolean {
  const object = node.object.type === "Identifier" ? node.object.name : "";
  const property = node.property.type === "Identifier" ? node.property.name : "";
  return (object === "module" && property === "exports") || (object === "exports" && property === "default");
}

function nameIn(node: AnyNode): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" ? String(node.value) : "";
}
