// A tree of corpus entries as each kind of source.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import type { SourceFrom } from "@sti/core";
import { runPlainGit } from "./hostile-plant.ts";
import { makeTar, type TarFile } from "./make-tar.ts";
import { makeZip } from "./make-zip.ts";
import type { CorpusEntry, SourceForm } from "./source-corpus.ts";

/** Writes the entries into an existing folder. */
export function plantEntries(folder: string, entries: readonly CorpusEntry[]): void {
  for (const { node, path } of entries) {
    const place = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path)]);
    mkdirSync(place.subarray(0, place.lastIndexOf("/")), { recursive: true });
    switch (node.type) {
      case "file":
        writeFileSync(place, node.content);
        // Not by the umask, which would take bits away.
        chmodSync(place, node.mode ?? 0o644);
        break;
      case "directory":
        mkdirSync(place);
        chmodSync(place, node.mode ?? 0o755);
        break;
      case "link":
        symlinkSync(node.target, place);
        break;
      case "pipe":
        execFileSync("mkfifo", [place.toString()]);
        break;
      case "sparse":
        writeFileSync(place, "");
        truncateSync(place, node.size);
        break;
      case "device":
        execFileSync("mknod", [place.toString(), "c", "1", "3"]);
        break;
      default:
        node satisfies never;
    }
  }
}

const TAR_TYPES = { file: "0", link: "2", directory: "5", pipe: "6", device: "3", sparse: "S" } as const;
const ZIP_TYPES = {
  file: 0o100000,
  link: 0o120000,
  directory: 0o040000,
  pipe: 0o010000,
  device: 0o020000,
  sparse: 0o100000,
} as const;

export function tarOf(entries: readonly CorpusEntry[]): Buffer {
  return makeTar(
    entries.map(({ node, path }): TarFile => {
      const target = node.type === "link" ? node.target : "";
      return {
        name: "in pax",
        type: TAR_TYPES[node.type],
        mode: modeOf(node),
        content: node.type === "file" ? node.content : "",
        pax: { path, ...(node.type === "link" ? { linkpath: target } : {}) },
      };
    }),
  );
}

export function zipOf(entries: readonly CorpusEntry[]): Buffer {
  return makeZip(
    entries.map(({ node, path }) => ({
      name: node.type === "directory" ? `${path.toString()}/` : path,
      content: node.type === "file" ? node.content : node.type === "link" ? node.target : "",
      mode: ZIP_TYPES[node.type] | modeOf(node),
    })),
  );
}

/** The folder as a repository with everything committed. */
export function commitFolder(folder: string): void {
  runPlainGit(folder, ["init", "-q", "-b", "main"]);
  runPlainGit(folder, ["add", "-A", "-f"]);
  runPlainGit(folder, ["commit", "-q", "-m", "corpus"]);
}

export interface MadeSource {
  readonly from: SourceFrom;
  /** `from` as a config has it. */
  readonly source: unknown;
  /** Of the entries' paths in the source. */
  readonly prefix: string;
}

/** A source with these entries in a new folder `name` of `directory`, which the config is in. */
export function makeSource(
  form: SourceForm,
  { directory, name = "source" }: { readonly directory: string; readonly name?: string },
  entries: readonly CorpusEntry[],
): MadeSource {
  const folder = `${directory}/${name}`;
  mkdirSync(folder);
  switch (form) {
    case "folder":
      plantEntries(folder, entries);
      return ofPath(name);
    case "tar":
    case "zip":
      writeFileSync(`${folder}/tree.${form}`, form === "tar" ? tarOf(entries) : zipOf(entries));
      return ofPath(`${name}/tree.${form}`);
    case "git":
      plantEntries(folder, entries);
      commitFolder(folder);
      return {
        from: { kind: "git", url: `./${name}`, ref: "main", dir: "", submodules: false, local: true },
        source: { git: `./${name}`, allowLocalGit: true, ref: "main" },
        prefix: "",
      };
    case "workspace":
      mkdirSync(`${folder}/packages/app`, { recursive: true });
      writeFileSync(`${folder}/package.json`, '{ "workspaces": ["packages/*"] }');
      writeFileSync(`${folder}/packages/app/package.json`, '{ "name": "app" }');
      plantEntries(`${folder}/packages/app`, entries);
      return {
        from: { kind: "workspace", package: "app", root: name },
        source: { workspace: "app", root: name },
        prefix: "packages/app/",
      };
    default:
      return form satisfies never;
  }
}

function ofPath(path: string): MadeSource {
  return { from: { kind: "path", path }, source: path, prefix: "" };
}

function modeOf(node: CorpusEntry["node"]): number {
  if (node.type === "file") return node.mode ?? 0o644;
  return node.type === "directory" ? (node.mode ?? 0o755) : 0o644;
}
