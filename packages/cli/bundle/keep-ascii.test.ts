import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { keepAscii } from "./keep-ascii.ts";

async function bundleCode(code: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sti-ascii-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "entry.js"), code);
  const bundle = await rolldown({
    input: join(folder, "entry.js"),
    platform: "node",
    plugins: [keepAscii()],
  });
  const { output } = await bundle.generate({ format: "esm" });
  return output[0].code;
}

test("strings, templates, patterns and names mean what they meant", async () => {
  const written = `
    const größe = "✔ 🔵";
    const both = \`\${größe} …\`;
    export default [both, /^[✔✖]$/.test("✖"), /^[🔵x]$/u.test("🔵"), /[^\\0-\\x7f]/.test("é"), { ü: 1 }];
  `;
  const code = await bundleCode(written);
  expect(code).toMatch(/^[\0-\x7f]*$/);
  const { default: values } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  expect(values).toEqual(["✔ 🔵 …", true, true, true, { ü: 1 }]);
});

test("a raw string that would be another one is refused", async () => {
  await expect(bundleCode("export default String.raw`✔`;")).rejects.toThrow("not ASCII");
});
