import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { importBuiltins } from "./import-builtins.ts";

/** A library in TypeScript: its helper copies a module, with what is behind each getter. */
const TYPED = `
  var __importStar = (all) => { const copy = { ...all }; copy.default = all; return copy; };
  const fs = __importStar(require("fs"));
  exports.copied = Object.keys(fs);
  exports.same = fs.statSync === fs.default.statSync;
`;

/** Bundled code of a module, and its exports. */
async function bundled(
  code: string,
  { extension, format }: { readonly format: "esm" | "cjs"; readonly extension: string },
): Promise<{ readonly code: string; readonly exported: object }> {
  const folder = mkdtempSync(join(tmpdir(), "sti-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "entry.mjs"), code);
  writeFileSync(join(folder, "library.cjs"), `exports.level = require("zlib").constants.Z_BEST_SPEED;`);
  writeFileSync(join(folder, "typed.cjs"), TYPED);
  const bundle = await rolldown({
    input: join(folder, "entry.mjs"),
    platform: "node",
    plugins: [importBuiltins()],
  });
  const file = join(folder, `bundle.${extension}`);
  const { output } = await bundle.write({ file, format });
  return { code: output[0].code, exported: await import(file) };
}

test.each([
  { format: "esm", extension: "mjs" },
  { format: "cjs", extension: "cjs" },
] as const)(
  "every form of import of a module of Node gives what it gave, without an import: $format",
  async (form) => {
    const { code, exported } = await bundled(
      `
    import path, { join as put, sep } from "node:path";
    import * as os from "os";
    import zlib, { crc32 as sum } from "node:zlib";
    import { spawnSync } from "node:child_process";
    import "./library.cjs";
    import library from "./library.cjs";
    import typed from "./typed.cjs";
    export { typed };
    export const values = [path.basename(put("a", "b")), sep, os.EOL, sum("a"), zlib.crc32("a"), library.level];
    export const status = spawnSync(process.execPath, ["-e", "process.exit(3)"]).status;
  `,
      form,
    );
    expect(code).not.toMatch(/^import .*"(?:node:)?(?:path|os|zlib|child_process)"/m);
    expect(code).not.toMatch(/\brequire\("(?:node:)?(?:path|os|zlib|child_process)"\)/);
    expect(exported).toMatchObject({ values: ["b", "/", "\n", 3904355907, 3904355907, 1], status: 3 });
    expect(exported).toHaveProperty("typed", { copied: ["default"], same: true });
  },
);
