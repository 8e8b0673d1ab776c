// The config's JSON schema, as far as the texts made from it need it: the reference and the types for editors.
import * as z from "zod";
import { Config } from "./schema.ts";

/** All other parts of a JSON schema are ignored. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly $ref?: string;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
}

/** By the schemas' ids. */
export type Definitions = Readonly<Record<string, SchemaNode>>;

export function readDefinitions(): Definitions {
  const schema = z.toJSONSchema(Config, { io: "input", target: "draft-7" });
  return schema.definitions as Definitions;
}

/** The schema that a reference leads to, and its name. */
export function follow(
  node: SchemaNode,
  definitions: Definitions,
): { readonly name: string | undefined; readonly target: SchemaNode } {
  const reference = node.$ref ?? node.allOf?.[0]?.$ref;
  if (reference === undefined) return { name: undefined, target: node };
  const name = reference.slice("#/definitions/".length);
  return { name, target: definitions[name] ?? {} };
}

/** The description of a key and of its type, and the key's default, which may be the end of its description. */
export function describeKey(
  node: SchemaNode,
  definitions: Definitions,
): { readonly meaning: string; readonly default: string | undefined } {
  const { name, target } = follow(node, definitions);
  const [own = "", defaultText] = (node.description ?? "").split(/(?:^|\s)Default: /, 2);
  const meaning = [own, name === undefined ? "" : (target.description ?? "")].filter((text) => text !== "");
  return {
    meaning: meaning.join(" "),
    default: node.default === undefined ? defaultText : `\`${String(node.default)}\`.`,
  };
}
