// Damages every file that sti remembers something in: beside the config and in the user's cache folder.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SweepProject } from "./project.ts";
import type { Damage } from "./sweep-case.ts";

export function damageState(
  { cache, home, project }: Pick<SweepProject, "cache" | "home" | "project">,
  damage: Damage,
): void {
  for (const root of [join(project, ".sti"), cache, home]) {
    if (!existsSync(root)) continue;
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    for (const entry of entries) if (entry.isFile()) damageFile(join(entry.parentPath, entry.name), damage);
  }
}

function damageFile(file: string, damage: Damage): void {
  const content = readFileSync(file);
  switch (damage) {
    case "cut":
      writeFileSync(file, content.subarray(0, Math.floor(content.length / 2)));
      return;
    case "empty":
      writeFileSync(file, "");
      return;
    case "garbled":
      writeFileSync(file, Buffer.from(content.map((byte, index) => (index % 3 === 0 ? byte ^ 0x55 : byte))));
      return;
    case "other-json":
      writeFileSync(file, '{"facts":{"details":{"id":7}},"builds":"none","schemaVersion":1}');
      return;
    case "folder":
      rmSync(file);
      mkdirSync(join(file, "inner"), { recursive: true });
      return;
    default:
      damage satisfies never;
  }
}
