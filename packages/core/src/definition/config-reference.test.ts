import { describe, expect, test } from "vitest";
import { App } from "./app-schema.ts";
import { printConfigReference } from "./config-reference.ts";
import { Config, Defaults, ImageEntry } from "./schema.ts";

const reference = printConfigReference();

/** The table row of a key in the section with this heading, as its cells. */
function rowOf(heading: string, key: string): readonly string[] {
  const section = reference.split("\n## ").find((text) => text.startsWith(heading)) ?? "";
  const row = section.split("\n").find((line) => line.startsWith(`| \`${key}\``)) ?? "";
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe("the config reference", () => {
  test.each([
    ["The file", Config],
    ["`defaults`", Defaults],
    ["An entry of `images`", ImageEntry],
    ["An entry of `apps`", App],
  ])("has every key under the heading %s", (heading, schema) => {
    for (const key of Object.keys(schema.shape)) expect(rowOf(heading, key), key).toHaveLength(3);
  });

  test("says in words what each key is for", () => {
    for (const line of reference.split("\n").filter((row) => row.startsWith("| `"))) {
      expect(line.split("|").at(-2)?.trim(), line).not.toBe("");
    }
  });

  test("marks the keys that are required", () => {
    expect(rowOf("An entry of `apps`", "tag")[0]).toBe("`tag` (required)");
    expect(rowOf("An entry of `apps`", "env")[0]).toBe("`env`");
  });

  test("names the values and the default of a choice", () => {
    const [, values, meaning] = rowOf("`defaults`", "method");
    expect(values).toBe("`dockerfile`, `container`, `build`, `run`");
    expect(meaning).toMatch(/Default: `dockerfile`\.$/);
  });

  test("lists every form of a value", () => {
    expect(rowOf("The file", "concurrency")[1]).toBe("whole number or text");
    expect(rowOf("An entry of `apps`", "buildImage")[1]).toBe("text or `{ target }`");
    expect(rowOf("An entry of `apps`", "dependsOn")[1]).toBe("list of texts");
    expect(rowOf("An entry of `apps`", "allowedUids")[1]).toBe("list of whole numbers or texts");
    expect(rowOf("An entry of `apps`", "cpus")[1]).toBe("number");
    expect(rowOf("An entry of `apps`", "addHosts")[1]).toBe("object of texts");
    expect(rowOf("The file", "groups")[1]).toBe("object of lists of texts");
    expect(rowOf("The file", "profiles")[1]).toBe("object of objects");
  });

  test("refers only to sections that exist", () => {
    expect(rowOf("An entry of `apps`", "env")[1]).toBe("object of texts or `{ fromHost, default }`");
    const names = [...reference.matchAll(/(\w+), see below/g)].map(([, name]) => name);
    for (const name of names.filter((one) => one !== "object")) expect(reference).toContain(`\n## ${name}\n`);
    expect(reference.match(/^\| `\w+`[^|]*\| object, see below/gm)).toHaveLength(3);
  });

  test("names the type of every key, for no key takes just any value", () => {
    const values = reference.split("\n").filter((line) => line.startsWith("| `"));
    expect(values.map((row) => row.split("|")[2]).filter((cell) => cell?.includes("anything"))).toEqual([]);
  });
});
