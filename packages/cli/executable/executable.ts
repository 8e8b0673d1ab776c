// Makes the program one executable file, of an official Node.js binary and the built program: Node's single executable
// application. The binary may be one of another platform: the blob has no machine code.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Marks the place in official binaries of Node.js where a program can be. */
export const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
const SECTION = "NODE_SEA_BLOB";
/** First bytes of macOS binaries: of one processor, of several. */
const MACH_O = [0xcffaedfe, 0xcafebabe];
const own = new URL("..", import.meta.url).pathname;

/** `node`: the binary to use. `file`: path of the executable. Throws if the binary has no room for a program. */
export async function makeExecutable(node: string, file: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "sti-executable-"));
  try {
    const files = JSON.stringify(collectFiles());
    writeFileSync(join(work, "files.json"), files);
    await bundleStart(createHash("sha256").update(files).digest("hex").slice(0, 16), join(work, "start.cjs"));
    const settings = {
      main: "start.cjs",
      output: "blob",
      disableExperimentalSEAWarning: true,
      assets: { files: "files.json" },
    };
    writeFileSync(join(work, "settings.json"), JSON.stringify(settings));
    runQuietly(["--experimental-sea-config", "settings.json"], work);
    const binary = readFileSync(node);
    if (!binary.includes(FUSE))
      throw new Error(`${node} is no official binary of Node.js: it cannot contain a program`);
    copyFileSync(node, file);
    chmodSync(file, 0o755);
    if (process.platform === "darwin") execFileSync("codesign", ["--remove-signature", file]);
    const isMac = MACH_O.includes(binary.readUInt32BE(0));
    const options = ["--sentinel-fuse", FUSE, ...(isMac ? ["--macho-segment-name", "NODE_SEA"] : [])];
    runQuietly(
      [createRequire(import.meta.url).resolve("postject/dist/cli.js"), file, SECTION, "blob", ...options],
      work,
    );
    if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", file]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs Node.js; its output is in the error if it fails. */
function runQuietly(args: readonly string[], cwd: string): void {
  execFileSync(process.execPath, args, { cwd, stdio: "pipe" });
}

/** The files that the program consists of, by their path in the package. */
function collectFiles(): Readonly<Record<string, string>> {
  const chunks = readdirSync(join(own, "dist"))
    .filter((name) => /\.c?js$/.test(name))
    .sort();
  const { type, version } = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  return Object.fromEntries([
    ["package.json", JSON.stringify({ type, version })],
    ...["bin/sti.cjs", ...chunks.map((name) => `dist/${name}`), ...listBuilders()].map((name) => [
      name,
      readFileSync(join(own, name), "utf8"),
    ]),
  ]);
}

/** Files of the builders, by their path in the package. */
function listBuilders(): readonly string[] {
  return readdirSync(join(own, "builders"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(own.length))
    .sort();
}

async function bundleStart(id: string, file: string): Promise<void> {
  const bundle = await rolldown({
    input: join(own, "executable/start.ts"),
    platform: "node",
    resolve: { conditionNames: ["sti-source", "node"] },
    treeshake: { moduleSideEffects: false },
    transform: { define: { STI_PROGRAM_ID: JSON.stringify(id) } },
  });
  await bundle.write({ file, format: "cjs" });
}
