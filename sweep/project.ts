// The project of one scenario: its folder, the folders its sessions use, and the edits of its source.
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BUILDER, RUNTIME } from "./import-images.ts";
import type { Lane } from "./lane.ts";
import type { Scenario } from "./scenario.ts";

export interface SweepProject {
  readonly scenario: Scenario;
  readonly lane: Lane;
  /** Absolute; has the folders below and nothing else. */
  readonly folder: string;
  readonly project: string;
  readonly tmp: string;
  readonly cache: string;
  readonly home: string;
  /** Normal, short form: "sweep/app-1:1". */
  readonly tags: readonly string[];
  /** Repository and tag in the registry; undefined if it is not pushed. */
  readonly pushed: { readonly repository: string; readonly tag: string } | undefined;
  /** Changes the source; the result is the new content, which no earlier edit gave. */
  edit(): string;
}

let count = 0;

/** `tagOf`: another project that has the same tag. */
export function createProject(scenario: Scenario, lane: Lane, tagOf?: SweepProject): SweepProject {
  count += 1;
  const name = `sweep/app-${count}`;
  const tag = tagOf?.tags.at(-1) ?? `${scenario.push ? `${lane.registry.address}/` : ""}${name}:1`;
  const folder = mkdtempSync(join(lane.folder, `${scenario.name}-`));
  const [project, tmp, cache, home] = ["project", "tmp", "cache", "home"].map((part) => {
    mkdirSync(join(folder, part));
    return join(folder, part);
  }) as [string, string, string, string];
  write(join(project, "sti.config.json"), `${JSON.stringify(configOf(scenario, tag), null, 2)}\n`);
  if (scenario.kind === "entry") {
    write(
      join(project, "app/Dockerfile"),
      `FROM ${BUILDER}\nCOPY content.txt /srv/content.txt\nRUN ["sleep", "0.3"]\n`,
    );
  }
  for (const file of ["first.txt", "folder/second.txt"]) write(join(project, "app", file), "kept\n");
  let edits = 0;
  return {
    scenario,
    lane,
    folder,
    project,
    tmp,
    cache,
    home,
    tags: scenario.kind === "extended" ? [`${tag}-build`, tag] : [tag],
    pushed: scenario.push ? { repository: name, tag: "1" } : undefined,
    edit: () => {
      edits += 1;
      const content = `${folder} ${edits}\n`;
      write(join(project, "app/content.txt"), content);
      return content;
    },
  };
}

function configOf({ kind, method }: Scenario, tag: string): object {
  if (kind === "entry") return { images: { app: { context: "app", tag } } };
  const app = {
    source: "app",
    buildImage: BUILDER,
    tag,
    ...(kind === "extended" ? { runtimeImage: RUNTIME } : {}),
  };
  return { defaults: { method }, apps: { app } };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  if (text.startsWith("#!")) chmodSync(file, 0o755);
}
