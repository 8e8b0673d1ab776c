// Manifests of installed packages: package.json of npm's and its relatives', METADATA of Python's.
import { asObject, asText } from "@sti/registry/json-fields";
import { parseShallowJson } from "../parse-shallow-json.ts";
import type { PackageFound } from "./package-found.ts";

/** The manifest of an installed package, not one of the many others that packages contain. */
export function isNpmManifest(path: string): boolean {
  return /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path);
}

export function readNpm(bytes: Uint8Array, file: string): readonly PackageFound[] {
  const { name, version } = asObject(parseShallowJson(bytes));
  if (asText(name) === "") return [];
  return [{ ecosystem: "npm", name: asText(name), version: asText(version) || undefined, file }];
}

export function isPythonMetadata(path: string): boolean {
  return /\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/.test(path);
}

/** Headers as those of mail; the description comes after them. */
export function readPython(bytes: Uint8Array, file: string): readonly PackageFound[] {
  const [head = ""] = Buffer.from(bytes)
    .toString()
    .split(/\r?\n\r?\n/, 1);
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(\\S+)[ \\t]*$`, "im").exec(head)?.[1];
  const name = field("Name");
  return name === undefined ? [] : [{ ecosystem: "pypi", name, version: field("Version"), file }];
}
