// Manifests of installed packages: package.json of npm's and its relatives', METADATA of Python's.
import { asObject, asText } from "@sti/registry/json-fields";
import { parseShallowJson } from "../parse-shallow-json.ts";
import type { PackageFound } from "./package-found.ts";

/** The manifest of an installed package, not one of the many others that packages contain. */
export function isNpmManifest(path: string): boolean {
  return /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path);
}

export function readNpm(bytes: Uint8Array, file: string): readonly PackageFound[] {
  const { license, licenses, name, version } = asObject(parseShallowJson(bytes));
  if (asText(name) === "") return [];
  const written = [license, ...(Array.isArray(licenses) ? licenses : [licenses])].flatMap(nameOfLicense);
  return [
    { ecosystem: "npm", name: asText(name), version: asText(version) || undefined, file, licenses: written },
  ];
}

/** Text, or in the form of old packages an object with a type. */
function nameOfLicense(value: unknown): readonly string[] {
  const text = asText(value) || asText(asObject(value).type);
  return text === "" ? [] : [text];
}

export function isPythonMetadata(path: string): boolean {
  return /\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/.test(path);
}

/** Headers as those of mail; the description comes after them. */
export function readPython(bytes: Uint8Array, file: string): readonly PackageFound[] {
  const [head = ""] = Buffer.from(bytes)
    .toString()
    .split(/\r?\n\r?\n/, 1);
  const fields = (name: string) =>
    [...head.matchAll(new RegExp(`^${name}:[ \\t]*(\\S.*)$`, "gim"))].map(([, value = ""]) => value.trim());
  const [name] = fields("Name");
  if (name === undefined) return [];
  const [version] = fields("Version");
  return [{ ecosystem: "pypi", name, version, file, licenses: licensesOf(fields) }];
}

/** Since core metadata 2.4 an expression of SPDX; before, a line that anything may stand in, and classifiers. */
function licensesOf(fields: (name: string) => readonly string[]): readonly string[] {
  const [expression] = fields("License-Expression");
  if (expression !== undefined) return [expression];
  const classified = fields("Classifier").flatMap((text) => /^License :: .*?([^:]+)$/.exec(text)?.[1] ?? []);
  const [named] = fields("License").filter((text) => text.toUpperCase() !== "UNKNOWN");
  return named === undefined ? classified : [named];
}
