// The published schema of CycloneDX 1.6, and schemas of in-toto's Statement (v1) and SLSA's Provenance (v1) as their
// specifications have them, which publish none.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv, type AnySchema } from "ajv";
import addFormats from "ajv-formats";

const digestSet = {
  type: "object",
  minProperties: 1,
  additionalProperties: { type: "string", pattern: "^[0-9a-zA-Z:+/=_-]+$" },
};
const typeUri = { type: "string", format: "uri" };
const timestamp = { type: "string", format: "date-time" };
/** https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md */
const resourceDescriptor = {
  type: "object",
  properties: {
    name: { type: "string" },
    uri: typeUri,
    digest: digestSet,
    content: { type: "string" },
    downloadLocation: typeUri,
    mediaType: { type: "string" },
    annotations: { type: "object" },
  },
  anyOf: [{ required: ["uri"] }, { required: ["digest"] }, { required: ["content"] }],
  additionalProperties: false,
};

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
const statement = {
  type: "object",
  required: ["_type", "subject", "predicateType"],
  properties: {
    _type: { const: "https://in-toto.io/Statement/v1" },
    subject: {
      type: "array",
      minItems: 1,
      items: { ...resourceDescriptor, required: ["digest"] },
    },
    predicateType: typeUri,
    predicate: { type: "object" },
  },
  additionalProperties: false,
};

/** https://slsa.dev/spec/v1.0/provenance */
const provenance = {
  type: "object",
  required: ["buildDefinition", "runDetails"],
  properties: {
    buildDefinition: {
      type: "object",
      required: ["buildType", "externalParameters"],
      properties: {
        buildType: typeUri,
        externalParameters: { type: "object", minProperties: 1 },
        internalParameters: { type: "object" },
        resolvedDependencies: { type: "array", items: resourceDescriptor },
      },
      additionalProperties: false,
    },
    runDetails: {
      type: "object",
      required: ["builder"],
      properties: {
        builder: {
          type: "object",
          required: ["id"],
          properties: {
            id: typeUri,
            builderDependencies: { type: "array", items: resourceDescriptor },
            version: { type: "object", additionalProperties: { type: "string" } },
          },
          additionalProperties: false,
        },
        metadata: {
          type: "object",
          properties: { invocationId: { type: "string" }, startedOn: timestamp, finishedOn: timestamp },
          additionalProperties: false,
        },
        byproducts: { type: "array", items: resourceDescriptor },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

/** Problems of a document; none if it fits. */
export type Check = (document: unknown) => readonly string[];

export const checkStatement: Check = checkBy(createAjv(), statement);
export const checkProvenance: Check = checkBy(createAjv(), provenance);

/** By the schema that is published with the library that writes the document. */
export function cycloneDxCheck(): Check {
  const manifest = createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json");
  const read = (name: string): AnySchema =>
    JSON.parse(readFileSync(join(dirname(manifest), "res/schema", `${name}.SNAPSHOT.schema.json`), "utf8"));
  const ajv = createAjv();
  for (const format of ["idn-email", "iri", "iri-reference"]) ajv.addFormat(format, true);
  for (const name of ["spdx", "jsf-0.82"])
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return checkBy(ajv, read("bom-1.6"));
}

function createAjv(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv;
}

function checkBy(ajv: Ajv, schema: AnySchema): Check {
  const validate = ajv.compile(schema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
