// Finds the place in the user's code where a path of the config was written. Follows code without running it: object
// literals, spreads, constants, imports, functions that return a literal. Otherwise the nearest place around.
import { dirname, resolve } from "node:path";
import type { ConfigPath, Location } from "@sti/core";
import { readSmallFileSync } from "@sti/files";
import type { AnyNode } from "acorn";
import { bindingOf, defaultExportOf, exportOf, type ModuleValue } from "./module-values.ts";
import { type ParsedModule, parseModule } from "./parse-module.ts";
import { LARGEST_MODULE } from "./refuse-special-modules.ts";
import { locationAt } from "./text-position.ts";

/** An expression in one of the user's files. */
interface Place {
  readonly module: ParsedModule;
  readonly node: AnyNode;
}

interface Entry {
  /** Place of the entry's key; of a list's element, the element. */
  readonly at: Place;
  readonly value: Place;
}

/** More steps than this are a loop (two constants that are each other). */
const MOST_STEPS = 500;

/** `sources`: the text of files as they were when they were evaluated. */
export function makeCodeLocator(file: string, sources: ReadonlyMap<string, string>) {
  const modules = new Map<string, ParsedModule | undefined>();
  const moduleOf = (name: string): ParsedModule | undefined => {
    if (!modules.has(name)) modules.set(name, readModule(name, sources));
    return modules.get(name);
  };

  return (path: ConfigPath): Location => {
    const start: Location = { file, line: 1, column: 1 };
    const module = moduleOf(file);
    const exported = module && defaultExportOf(module);
    if (module === undefined || exported === undefined) return start;
    const follow = new Follower(moduleOf);
    let found: Entry = { at: { module, node: exported }, value: { module, node: exported } };
    for (const key of path) {
      const next = follow.entry(found.value, key);
      if (next === undefined) break;
      found = next;
    }
    return locationAt(found.at.module.file, found.at.module.text, found.at.node.start);
  };
}

function readModule(file: string, sources: ReadonlyMap<string, string>): ParsedModule | undefined {
  try {
    const outcome = parseModule(file, sources.get(file) ?? readText(file));
    return outcome.ok ? outcome.module : undefined;
  } catch {
    // A place is help, not a result: without this file, the one that imports it is named.
    return undefined;
  }
}

function readText(file: string): string {
  return readSmallFileSync(file, { limit: LARGEST_MODULE }).toString();
}

/** Follows one path; counts its steps. */
class Follower {
  readonly #moduleOf: (file: string) => ParsedModule | undefined;
  #steps = 0;

  constructor(moduleOf: (file: string) => ParsedModule | undefined) {
    this.#moduleOf = moduleOf;
  }

  /** The entry `key` of the object or list that an expression gives. */
  entry(place: Place, key: string | number): Entry | undefined {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) return undefined;
    const { module, node } = place;
    if (node.type === "ObjectExpression") return this.#property(module, node.properties, key);
    if (node.type === "ArrayExpression") {
      const elements = node.elements.slice(0, Number(key) + 1);
      const element = elements[Number(key)];
      if (!element || elements.some((other) => other?.type === "SpreadElement")) return undefined;
      const at = { module, node: element };
      return { at, value: at };
    }
    for (const candidate of this.#giving(place)) {
      const found = this.entry(candidate, key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The last one written counts, as it does when the object is made. */
  #property(module: ParsedModule, properties: readonly AnyNode[], key: string | number): Entry | undefined {
    for (const property of properties.toReversed()) {
      if (property.type === "SpreadElement") {
        const found = this.entry({ module, node: property.argument }, key);
        if (found !== undefined) return found;
      } else if (property.type === "Property" && nameOf(property.key, property.computed) === String(key)) {
        return { at: { module, node: property.key }, value: { module, node: property.value as AnyNode } };
      }
    }
    return undefined;
  }

  /** The expressions that may give an expression its value; several if only running it would decide. */
  #giving({ module, node }: Place): Place[] {
    const here = (...nodes: readonly (AnyNode | null | undefined)[]) =>
      nodes.flatMap((next) => (next ? [{ module, node: next }] : []));
    switch (node.type) {
      case "Identifier":
        return this.#placesOf(module, bindingOf(module, node.name));
      case "AwaitExpression":
        return here(node.argument);
      case "ConditionalExpression":
        return here(node.consequent, node.alternate);
      case "LogicalExpression":
        return here(node.right, node.left);
      case "AssignmentExpression":
        return here(node.right);
      case "MemberExpression": {
        const key = nameOf(node.property, node.computed);
        const found = key === undefined ? undefined : this.entry({ module, node: node.object }, key);
        return found === undefined ? this.#namespaceMember(module, node.object, key) : [found.value];
      }
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
        return here(...returnsOf(node));
      case "CallExpression":
        return this.#returned(module, node.callee, node.arguments);
      default:
        return [];
    }
  }

  #returned(module: ParsedModule, callee: AnyNode, parameters: readonly AnyNode[]): Place[] {
    const [first] = parameters;
    const isRequire = callee.type === "Identifier" && callee.name === "require";
    if (isRequire && first?.type === "Literal" && typeof first.value === "string") {
      return this.#placesOf(module, { kind: "import", from: first.value, name: "default" });
    }
    const functions = callee.type === "Identifier" ? this.#giving({ module, node: callee }) : [];
    const bodies = functions.flatMap((place) =>
      returnsOf(place.node).map((node) => ({ module: place.module, node })),
    );
    // A function that cannot be seen (defineConfig, Object.freeze) most likely returns its argument.
    return bodies.length > 0 || first === undefined ? bodies : [{ module, node: first }];
  }

  #namespaceMember(module: ParsedModule, object: AnyNode, key: string | undefined): Place[] {
    const value = object.type === "Identifier" ? bindingOf(module, object.name) : undefined;
    if (key === undefined || value?.kind !== "import" || value.name !== "*") return [];
    return this.#placesOf(module, { ...value, name: key });
  }

  #placesOf(module: ParsedModule, value: ModuleValue | undefined): Place[] {
    this.#steps += 1;
    if (value === undefined || this.#steps > MOST_STEPS) return [];
    if (value.kind === "expression") return [{ module, node: value.node }];
    if (!value.from.startsWith(".")) return [];
    const imported = this.#moduleOf(resolve(dirname(module.file), value.from));
    return imported === undefined ? [] : this.#placesOf(imported, exportOf(imported, value.name));
  }
}

function nameOf(key: AnyNode, computed: boolean): string | undefined {
  if (key.type === "Literal") return String(key.value);
  return key.type === "Identifier" && !computed ? key.name : undefined;
}

function returnsOf(node: AnyNode): AnyNode[] {
  const isFunction =
    node.type === "ArrowFunctionExpression" ||
    node.type === "FunctionExpression" ||
    node.type === "FunctionDeclaration";
  if (!isFunction) return [];
  if (node.body.type !== "BlockStatement") return [node.body];
  return node.body.body.flatMap((statement) =>
    statement.type === "ReturnStatement" && statement.argument ? [statement.argument] : [],
  );
}
