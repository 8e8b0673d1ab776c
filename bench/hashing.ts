// What it costs to know that no source changed: CPU time of reading all sources, cold (no digest is remembered) and
// warm, each in a fresh process. Beside it git over the same files: hash-object, which reads and hashes them all, and
// status, which knows from its index that none was touched. Medians, in one run; git's include its start.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Measured } from "./hashing/read-once.ts";

const ROUNDS = 5;
/** The shell counts in hundredths of a second. */
const SHELL_ROUNDS = 20;
const SHAPES = [
  { name: "10 apps of 10 files", apps: 10, files: 10 },
  { name: "100 apps of 10 files", apps: 100, files: 10 },
  { name: "500 apps of 10 files", apps: 500, files: 10 },
  { name: "1 app of 10,000 files", apps: 1, files: 10_000 },
  { name: "1 app of 50,000 files", apps: 1, files: 50_000 },
] as const;

export async function bench(): Promise<void> {
  row("CPU milliseconds", [
    "cold",
    "hash-object",
    "ratio",
    "warm",
    "status",
    "ratio",
    "per file",
    "wall",
    "MB",
  ]);
  for (const shape of SHAPES) {
    const folder = mkdtempSync(join(tmpdir(), "sti-bench-"));
    try {
      const files = fillFolder(folder, shape);
      const cold = median(() => {
        rmSync(join(folder, ".sti"), { recursive: true, force: true });
        return readOnce(folder);
      });
      readOnce(folder);
      const warm = median(() => readOnce(folder));
      const hashed = timeShell(folder, "git ls-files | git hash-object --stdin-paths");
      const status = timeShell(folder, "git status --porcelain");
      row(shape.name, [
        cold.cpu.toFixed(0),
        hashed.toFixed(0),
        (cold.cpu / hashed).toFixed(2),
        warm.cpu.toFixed(0),
        status.toFixed(0),
        (warm.cpu / status).toFixed(2),
        `${((1000 * warm.cpu) / files).toFixed(0)} µs`,
        warm.wall.toFixed(0),
        (warm.memory / 1e6).toFixed(0),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Resolves to the number of files. */
function fillFolder(
  folder: string,
  { apps, files }: { readonly apps: number; readonly files: number },
): number {
  for (let app = 0; app < apps; app += 1) {
    for (let file = 0; file < files; file += 1) {
      const below = files > 10 ? `part-${Math.floor(file / 100)}` : file < 6 ? "src" : ".";
      const place = join(folder, "services", `app-${app}`, below);
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
  return apps * files;
}

function readOnce(folder: string): Measured {
  const script = join(import.meta.dirname, "hashing", "read-once.ts");
  return JSON.parse(execFileSync(process.execPath, [script, folder], { encoding: "utf8" })) as Measured;
}

/** CPU milliseconds of a command, by the shell's own account of its children. */
function timeShell(folder: string, command: string): number {
  const loop = `i=0; while [ $i -lt ${SHELL_ROUNDS} ]; do i=$((i+1)); ${command} > /dev/null; done; times`;
  const children = execFileSync("sh", ["-c", loop], { cwd: folder, encoding: "utf8" }).trim().split("\n")[1];
  const seconds = [...(children ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => 60 * Number(minutes) + Number(rest),
  );
  return (1000 * seconds.reduce((sum, one) => sum + one, 0)) / SHELL_ROUNDS;
}

function median(measure: () => Measured): Measured {
  const rounds = Array.from({ length: ROUNDS }, measure).sort((a, b) => a.cpu - b.cpu);
  return rounds[Math.floor(ROUNDS / 2)] as Measured;
}

function row(name: string, cells: readonly string[]): void {
  process.stdout.write(`${name.padEnd(24)}${cells.map((cell) => cell.padStart(12)).join("")}\n`);
}
