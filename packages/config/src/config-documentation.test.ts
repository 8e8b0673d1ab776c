import { join } from "node:path";
import { printConfigSchema } from "@sti/core/schema";
import { checkTypes } from "@sti/testing/type-checker";
import { expect, test } from "vitest";

interface SchemaNode {
  readonly $ref?: string;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
}

const { definitions, ...top }: SchemaNode & { readonly definitions: Readonly<Record<string, SchemaNode>> } =
  JSON.parse(printConfigSchema());

/** Marks the key that is asked for. */
const MARK = "/*key*/";

/** Each key of the config, at any depth, as an object with this key alone: `{ apps: { name: { tag: … } } }`. */
function listKeys(node: SchemaNode): readonly string[] {
  const reference = node.$ref ?? node.allOf?.[0]?.$ref;
  const target = reference === undefined ? node : definitions[reference.slice("#/definitions/".length)];
  if (target === undefined) return [];
  const { anyOf = [], items, properties = {}, additionalProperties: entries } = target;
  return [
    ...anyOf.flatMap(listKeys),
    ...(items === undefined ? [] : listKeys(items)).map((item) => `[${item}]`),
    ...(typeof entries === "object" ? listKeys(entries).map((entry) => `{ name: ${entry} }`) : []),
    ...Object.entries(properties).flatMap(([key, value]) => [
      `{ ${MARK}${key}: null as never }`,
      ...listKeys(value).map((inner) => `{ ${key}: ${inner} }`),
    ]),
  ];
}

const keys = listKeys(top);
/** The types are the same in a function; its keys are there to show that the compiler applies them. */
const appKeys = keys.filter((config) => config.startsWith(`{ apps: { name: { ${MARK}`));
const statements = [
  ...keys.map((config) => `defineConfig(${config});`),
  ...appKeys.map((config) => `defineConfig(({ mode }) => (${config}));`),
  ...appKeys.map((config) => `defineConfig(async () => (${config}));`),
];

test("an editor shows documentation for every key of a config, in an object and in a function", () => {
  const entry = JSON.stringify(join(import.meta.dirname, "index.ts"));
  const source = [`import { defineConfig } from ${entry};`, ...statements].join("\n");
  const { documentationAt } = checkTypes(join(import.meta.dirname, "sti.config.ts"), source);
  const found = [...source.matchAll(/\/\*key\*\//g)].map(({ index }) => documentationAt(index + MARK.length));
  expect(keys.length).toBeGreaterThan(100);
  expect(appKeys.length).toBeGreaterThan(30);
  expect(found).toHaveLength(statements.length);
  expect(statements.filter((_statement, index) => found[index] === "")).toEqual([]);
});
