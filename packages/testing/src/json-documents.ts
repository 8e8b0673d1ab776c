// Compares JSON documents of sti with schemas/. Stricter than these files, which leave room for later versions: here a
// field that the schema lacks is an error, too.
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const SCHEMAS = new URL("../../../schemas/", import.meta.url);

/** `name` as in schemas/NAME.schema.json. Throws with all problems of the document. */
export function checkDocument(name: string, document: unknown): void {
  // Fields that are undefined are not in the output.
  const value: unknown = JSON.parse(JSON.stringify(document));
  const validate = compile(name);
  if (validate(value)) return;
  const problems = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(
    `not as schemas/${name}.schema.json describes it:\n${problems.join("\n")}\n${JSON.stringify(value)}`,
  );
}

/** Each line is a document. */
export function checkLines(name: string, text: string): void {
  for (const line of text.split("\n")) if (line !== "") checkDocument(name, JSON.parse(line));
}

/** Names of the fields that a document of this schema always has. */
export function requiredFields(name: string): readonly string[] {
  const { required } = readSchema(name);
  return Array.isArray(required) ? required : [];
}

/** `strictTypes` is about the style of schemas. */
const OPTIONS = { allErrors: true, discriminator: true, strictTypes: false };

const compiled = new Map<string, ValidateFunction>();

function compile(name: string): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const validate = new Ajv2020(OPTIONS).compile(close(readSchema(name)));
  compiled.set(name, validate);
  return validate;
}

type Json = Readonly<Record<string, unknown>>;

function readSchema(name: string): Json {
  return JSON.parse(readFileSync(new URL(`${name}.schema.json`, SCHEMAS), "utf8"));
}

/** The schema without room for unknown fields. */
function close(schema: Json): Json {
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closePart(value)]));
  if (isObject(schema.properties) && !("additionalProperties" in schema)) closed.additionalProperties = false;
  const property = findDiscriminator(schema.oneOf);
  // Errors of the branch that is meant, not of all.
  if (property !== undefined) closed.discriminator = { propertyName: property };
  return closed;
}

function closePart(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closePart);
  return isObject(value) ? close(value) : value;
}

/** The field that has a constant in every branch. */
function findDiscriminator(branches: unknown): string | undefined {
  if (!Array.isArray(branches)) return undefined;
  const constants = branches.map((branch) =>
    isObject(branch) && isObject(branch.properties)
      ? Object.entries(branch.properties).flatMap(([name, value]) =>
          isObject(value) && "const" in value ? [name] : [],
        )
      : [],
  );
  return constants[0]?.find((name) => constants.every((names) => names.includes(name)));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
