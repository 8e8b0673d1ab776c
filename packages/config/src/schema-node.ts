// Looks into the config's schema: which part of it a path leads to, and what that part takes.
import type { ConfigPath } from "@sti/core";
import { Config } from "@sti/core/schema";

/** The part of a zod schema that is used. */
export interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly format?: string;
    readonly innerType?: SchemaNode;
    readonly valueType?: SchemaNode;
    readonly element?: SchemaNode;
    readonly options?: readonly SchemaNode[];
    readonly shape?: Readonly<Record<string, SchemaNode>>;
  };
  readonly description?: string | undefined;
}

/** The schemas that the value at a path may follow: several for a union, none when there is no such place. */
export function schemasAt(path: ConfigPath): readonly SchemaNode[] {
  let current = [unwrapped(Config as unknown as SchemaNode)];
  for (const key of path) {
    current = current
      .flatMap((node) => node.def.options?.map(unwrapped) ?? [node])
      .flatMap((node) => {
        const { shape, valueType, element } = node.def;
        const next = shape === undefined ? (valueType ?? element) : own(shape, key);
        return next === undefined ? [] : [unwrapped(next)];
      });
  }
  return current;
}

/** The keys that the object at a path may have. */
export function keysAt(path: ConfigPath): readonly string[] {
  return schemasAt(path)
    .flatMap((node) => node.def.options?.map(unwrapped) ?? [node])
    .flatMap((node) => Object.keys(node.def.shape ?? {}));
}

/** Describes the values allowed at a path: "an image reference or { target: … }". */
export function expectationAt(path: ConfigPath): string {
  const options = schemasAt(path).flatMap((node) => node.def.options?.map(unwrapped) ?? [node]);
  return options.map(wordsFor).join(" or ");
}

/** "a string" and the like, for the types that zod names. */
export function wordsForType(type: string): string {
  const words: Record<string, string> = {
    array: "a list",
    boolean: "true or false",
    int: "a whole number",
    null: "null",
    number: "a number",
    object: "an object",
    record: "an object",
    string: "a string",
  };
  return words[type] ?? type;
}

function wordsFor(node: SchemaNode): string {
  const { type, shape, format } = node.def;
  if (type === "number" && format === "safeint") return wordsForType("int");
  if (shape !== undefined) {
    const keys = Object.keys(shape).map((key) => `${key}: …`);
    return `{ ${keys.join(", ")} }`;
  }
  // "An image reference. If it is …": the first sentence, where it names a thing.
  const thing = /^An? [a-z ]+(?=\.)/.exec(node.description ?? "")?.[0];
  return thing === undefined ? wordsForType(type) : thing.charAt(0).toLowerCase() + thing.slice(1);
}

function own(shape: Readonly<Record<string, SchemaNode>>, key: string | number): SchemaNode | undefined {
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

function unwrapped(node: SchemaNode): SchemaNode {
  return node.def.innerType === undefined ? node : unwrapped(node.def.innerType);
}
