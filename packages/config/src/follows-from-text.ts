// Whether the value of a config follows from the texts of its modules and the inputs that are recorded while it runs
// (recorded-reads.ts): then it need not be run again for equal ones. Decided by the syntax, and on the safe side: a
// module that could reach the clock, chance, files, the network, the locale or another module counts as one that does.
import { dirname, resolve } from "node:path";
import type { AnyNode } from "acorn";
import { type ParsedModule, parseModule } from "./parse-module.ts";

/** Globals that give the same for the same arguments. `process` is allowed as `process.env` only. */
const SAME_EACH_TIME: ReadonlySet<string> = new Set(
  `undefined NaN Infinity Object Array String Number Boolean BigInt Symbol JSON Math Set Map RegExp Promise Error
   TypeError RangeError SyntaxError parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI
   decodeURI structuredClone`.split(/\s+/),
);

/** Properties that lead to code from text, to chance, to the locale, or to any property without its name. */
const LEADS_ELSEWHERE = /^(?:constructor|__\w+__|random|getOwnPropertyDescriptors?|.*locale.*)$/i;

/** `texts`: of all modules by their absolute paths. `ownNames`: imports that lead to sti. */
export function followsFromTexts(texts: ReadonlyMap<string, string>, ownNames: readonly string[]): boolean {
  return Array.from(texts).every(([file, text]) => {
    const parsed = parseModule(file, text);
    if (!parsed.ok) return false;
    // An import whose extension is missing could lead to another file tomorrow.
    const isKnown = (name: string) =>
      ownNames.includes(name) || (/^\.{1,2}\//.test(name) && texts.has(resolve(dirname(file), name)));
    return moduleFollows(parsed.module, isKnown);
  });
}

function moduleFollows({ body, file }: ParsedModule, isKnown: (specifier: string) => boolean): boolean {
  const use = new Use(isKnown);
  for (const node of body) use.visit(node);
  return use.isKnown && (file.endsWith(".json") || body.some(isModuleSyntax));
}

/** Without one, package.json decides what the text means. */
function isModuleSyntax({ type }: AnyNode): boolean {
  return type.startsWith("Import") || type.startsWith("Export");
}

/** Names that one module declares and uses. */
class Use {
  readonly #declared = new Set<string>();
  readonly #used = new Set<string>();
  readonly #imports: (specifier: string) => boolean;
  #leads = false;

  constructor(imports: (specifier: string) => boolean) {
    this.#imports = imports;
  }

  get isKnown(): boolean {
    if (this.#leads) return false;
    // A name that is declared in one function may be the global in another.
    if ([...this.#declared].some((name) => name in globalThis && !SAME_EACH_TIME.has(name))) return false;
    return [...this.#used].every((name) => SAME_EACH_TIME.has(name) || this.#declared.has(name));
  }

  visit(node: AnyNode): void {
    switch (node.type) {
      case "Identifier":
        this.#used.add(node.name);
        return;
      case "MemberExpression":
        this.#property(node.property, node.computed);
        if (!isEnvironment(node)) this.visit(node.object);
        return;
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "Property") this.#property(property.key, property.computed);
          this.visit(property.type === "Property" ? property.value : property);
        }
        return;
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) this.visit(node.key);
        if (node.value) this.visit(node.value);
        return;
      case "ImportDeclaration":
        this.#import(node.source.value);
        for (const { local } of node.specifiers) this.#declare(local);
        return;
      case "ExportAllDeclaration":
        this.#import(node.source.value);
        return;
      case "ExportNamedDeclaration":
        if (node.source) this.#import(node.source.value);
        else for (const { local } of node.specifiers) this.visit(local);
        if (node.declaration) this.visit(node.declaration);
        return;
      case "ImportExpression":
      case "MetaProperty":
      case "ThisExpression":
        this.#leads = true;
        return;
      case "LabeledStatement":
        this.visit(node.body);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "VariableDeclarator":
        this.#declare(node.id);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        if ("id" in node && node.id) this.#declare(node.id);
        for (const parameter of node.params) this.#declare(parameter);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        if (node.id) this.#declare(node.id);
        break;
      case "CatchClause":
        if (node.param) this.#declare(node.param);
        break;
    }
    for (const child of childrenOf(node)) this.visit(child);
  }

  /** A property that is read. */
  #property(key: AnyNode, computed: boolean): void {
    const name =
      key.type === "Literal"
        ? String(key.value)
        : computed || key.type !== "Identifier"
          ? undefined
          : key.name;
    if (name === undefined ? key.type !== "PrivateIdentifier" : LEADS_ELSEWHERE.test(name))
      this.#leads = true;
  }

  #import(specifier: unknown): void {
    if (typeof specifier !== "string" || !this.#imports(specifier)) this.#leads = true;
  }

  #declare(pattern: AnyNode): void {
    switch (pattern.type) {
      case "Identifier":
        this.#declared.add(pattern.name);
        break;
      case "ObjectPattern":
        for (const property of pattern.properties)
          this.#declare(property.type === "Property" ? property.value : property.argument);
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) this.#declare(element);
        break;
      case "AssignmentPattern":
        this.#declare(pattern.left);
        break;
      case "RestElement":
        this.#declare(pattern.argument);
        break;
    }
  }
}

function isEnvironment(node: AnyNode & { type: "MemberExpression" }): boolean {
  const { object, property, computed } = node;
  const isProcess = object.type === "Identifier" && object.name === "process";
  return isProcess && !computed && property.type === "Identifier" && property.name === "env";
}

function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node)
    .flat()
    .filter((value): value is AnyNode => typeof value === "object" && value !== null && "type" in value);
}
