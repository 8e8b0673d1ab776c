// Writes the licences of all third-party code that is in the bundle into one file, as these licences ask for.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

/** `modules`: paths of the bundled modules; those outside node_modules are not third-party code. */
export function collectNotices(modules: readonly string[], file: string): void {
  const folders = new Set(modules.filter((id) => id.includes("/node_modules/")).map(packageFolder));
  const notices = [...folders].map(noticeOf).sort((one, other) => (one < other ? -1 : 1));
  const head = "The program contains code of the following packages.\n";
  writeFileSync(file, [head, ...new Set(notices)].join(`\n${"-".repeat(80)}\n\n`));
}

/** The nearest folder above with a package.json that has a name: some packages have others inside. */
function packageFolder(id: string): string {
  for (let folder = dirname(id.replace(/[?\0].*$/, "")); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && readManifest(folder).name !== undefined) return folder;
  }
}

/** Throws if a package names no licence: it must not be bundled then. */
function noticeOf(folder: string): string {
  const { license, name, version } = readManifest(folder);
  const texts = readdirSync(folder)
    .filter((entry) => /^(?:licen[cs]e|notice|copying)/i.test(entry))
    .map((entry) => readFileSync(join(folder, entry), "utf8").trim());
  if (license === undefined && texts.length === 0) throw new Error(`${name} has no licence`);
  return [`${name} ${version} (${license ?? "see below"})`, ...texts, ""].join("\n\n");
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
