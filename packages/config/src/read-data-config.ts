// A config that is data: .json, .yaml, .yml, or the "sti" key of package.json.
import { basename, extname } from "node:path";
import type { ConfigPath, Failure, Location } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import { LARGEST_CONFIG, PACKAGE_KEY } from "./find-config.ts";
import { parseJson } from "./parse-json.ts";
import { offsetOf, type PositionTree } from "./position-tree.ts";
import type { ReadConfig } from "./read-config.ts";
import { codeFrame, locationAt } from "./text-position.ts";

export async function readDataConfig(file: string): Promise<ReadConfig> {
  let bytes: Buffer;
  try {
    bytes = await readSmallFile(file, { limit: LARGEST_CONFIG });
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return refused(file, { code: "config-unreadable", file, message: `it ${error.words}` });
  }
  const text = decode(bytes);
  if (text === undefined) {
    return refused(file, { code: "config-unreadable", file, message: "it is not text in UTF-8" });
  }
  const parse = extname(file) === ".json" ? parseJson : (await import("./parse-yaml.ts")).parseYaml;
  const parsed = parse(text);
  if (!parsed.ok) {
    const location = locationAt(file, text, parsed.offset);
    const frame = codeFrame(text, location);
    return refused(file, { code: "config-syntax", message: parsed.message, location, frame });
  }
  const isPackage = basename(file) === "package.json";
  const value = isPackage ? memberOf(parsed.value, PACKAGE_KEY) : parsed.value;
  if (isPackage && value === undefined) {
    return refused(file, { code: "config-unreadable", file, message: `it has no key "${PACKAGE_KEY}"` });
  }
  let positions: PositionTree | undefined;
  const locate = (path: ConfigPath): Location => {
    positions ??= parsed.positions();
    return locationAt(file, text, offsetOf(positions, isPackage ? [PACKAGE_KEY, ...path] : path));
  };
  return { ok: true, value, files: [file], locate };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function refused(file: string, failure: Failure): ReadConfig {
  return { ok: false, failures: [failure], files: [file] };
}
