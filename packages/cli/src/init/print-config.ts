// A proposed config as the text of a file, in either form. Pure.
import type { ProposedConfig } from "./proposal.ts";

/** Place of the schema in a project that has installed sti. */
export const SCHEMA = "./node_modules/@sti/cli/sti.config.schema.json";
/** Columns of a line. */
const WIDTH = 100;

export function printJson(config: ProposedConfig): string {
  return `${JSON.stringify({ $schema: SCHEMA, ...filled(config) }, null, 2)}\n`;
}

export function printTypeScript(config: ProposedConfig): string {
  return [
    'import { defineConfig } from "@sti/cli/config";',
    "",
    `export default defineConfig(${printValue(filled(config), 0)});`,
    "",
  ].join("\n");
}

/** Without empty lists. */
function filled({ apps, defaults, images, services }: ProposedConfig): object {
  return {
    ...(defaults === undefined ? {} : { defaults }),
    ...(Object.keys(images).length === 0 ? {} : { images }),
    ...(Object.keys(services).length === 0 ? {} : { services }),
    ...(Object.keys(apps).length === 0 ? {} : { apps }),
  };
}

/** On one line if it fits there. `level`: of indentation. */
function printValue(value: unknown, level: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const print = (depth: number) =>
    isList
      ? value.map((one) => printValue(one, depth))
      : Object.entries(value).map(([key, one]) => `${printKey(key)}: ${printValue(one, depth)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const short = isList ? `[${print(level).join(", ")}]` : `{ ${print(level).join(", ")} }`;
  // Targets are easier to read and to edit with a line for each setting.
  const fits =
    !short.includes("\n") &&
    level * 2 + short.length <= WIDTH &&
    (isList || level > 2 || hasOnlySwitches(value));
  if (fits) return short;
  const indent = "  ".repeat(level + 1);
  return `${open}\n${print(level + 1)
    .map((line) => `${indent}${line},\n`)
    .join("")}${"  ".repeat(level)}${close}`;
}

function hasOnlySwitches(value: object): boolean {
  return Object.values(value).every((one) => typeof one === "boolean");
}

function printKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && key !== "__proto__" ? key : JSON.stringify(key);
}
