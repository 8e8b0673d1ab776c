// Cost of knowing that no source changed: reading all sources, cold (no digest is remembered) and warm, each in a fresh
// process. Beside it git over the same files: hash-object, which reads and hashes them all, and status, which knows
// from its index that none was touched; with git's start, which is little.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext } from "./bench-context.ts";
import { measure, type Table } from "./measure.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";

const PROGRAM = new URL("read-sources.ts", import.meta.url).pathname;
const SHAPES = [
  { apps: 10, files: 10 },
  { apps: 100, files: 10 },
  { apps: 500, files: 10 },
  { apps: 1, files: 10_000 },
  { apps: 1, files: 50_000 },
] as const;

interface Shape {
  readonly apps: number;
  readonly files: number;
}

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const shape of SHAPES) {
    context.say(`${shape.apps} apps`);
    tables.push(await withFolder((folder) => benchShape(folder, shape, context)));
  }
  return tables;
}

async function benchShape(folder: string, shape: Shape, context: BenchContext): Promise<Table> {
  const { rounds = 5, signal } = context;
  fillFolder(folder, shape);
  const [cold, warm] = ["cold", "warm"].map((state) => join(folder, ".git", `bench-${state}`));
  const read = async (memory = "") => {
    // Its own account, without the start of Node.js.
    const command = [process.execPath, PROGRAM, folder, memory];
    return JSON.parse((await timeCommand({ command, cwd: folder, signal })).stdout);
  };
  const git = async (line: string) =>
    (await timeCommand({ command: ["sh", "-c", line], cwd: folder, signal })).figures;
  const goal = shape.files === 10 ? `0.5 ms each: ${shape.apps / 2} ms` : undefined;
  const rows = await measure(
    [
      {
        name: "read, nothing remembered",
        prepare: () => rmSync(cold as string, { recursive: true, force: true }),
        run: () => read(cold),
      },
      { name: "read, nothing touched", ...(goal === undefined ? {} : { goal }), run: () => read(warm) },
      {
        name: "git hash-object",
        run: () => git("git ls-files | git hash-object --stdin-paths > /dev/null"),
      },
      { name: "git status", run: () => git("git status --porcelain") },
    ],
    { rounds, signal },
  );
  const files = `${shape.files.toLocaleString("en")} files`;
  const title = `all sources of ${shape.apps} ${shape.apps === 1 ? "app" : "apps"} of ${files}`;
  return { title, compare: "cpu", peers: ["git hash-object", "git status"], rows };
}

function fillFolder(folder: string, { apps, files }: Shape): void {
  for (let app = 0; app < apps; app += 1) {
    for (let file = 0; file < files; file += 1) {
      const below = files > 10 ? `part-${Math.floor(file / 100)}` : file < 6 ? "src" : ".";
      const place = join(folder, "apps", `app-${app}`, below);
      mkdirSync(place, { recursive: true });
      writeFileSync(
        join(place, `file-${file}.ts`),
        `export const x = "${app} ${"y".repeat(500 + (file % 1500))}";\n`,
      );
    }
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder });
  git("init", "-q");
  git("add", ".");
  git("-c", "user.name=bench", "-c", "user.email=bench@sti.test", "commit", "-qm", "all");
  git("status");
}
