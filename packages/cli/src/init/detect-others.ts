// Detects apps of Go, static sites, apps that are shell scripts, and apps that no builder of sti can build. Pure.
import type { AppKind, Candidate, FolderView } from "./inspection.ts";
import { readProcfile } from "./read-procfile.ts";

/** Undefined without a go.mod. */
export function detectGo(folder: FolderView): Candidate | undefined {
  const module = folder.read("go.mod");
  if (module === undefined) return undefined;
  const name = /^module\s+"?([^\s"]+)/m.exec(module)?.[1];
  const version = /^go\s+([\d.]+)/m.exec(module)?.[1];
  const sources = [...folder.files].filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"));
  const isProgram = sources.some((file) => /^package\s+main\b/m.test(folder.read(file) ?? ""));
  return candidate(folder, "go", {
    name: name?.replace(/\/v\d+$/, ""),
    start: isProgram || folder.folders.has("cmd") ? "the compiled program" : undefined,
    details: [
      "go.mod",
      ...(version === undefined ? [] : [`Go ${version}`]),
      ...(folder.folders.has("vendor") ? ["vendor/"] : []),
    ],
  });
}

/** Folders with pages that belong to something else. */
const PARTS = new Set(["public", "static", "templates", "assets", "docs", "src", "www"]);

/** Undefined without an index.html, or in a folder that is usually a part of an app. */
export function detectPages(folder: FolderView): Candidate | undefined {
  if (!folder.files.has("index.html") || folder.path.split("/").some((part) => PARTS.has(part)))
    return undefined;
  return candidate(folder, "static", { start: "a web server", details: ["index.html"] });
}

/** Undefined without a `run.sh` or a Procfile. */
export function detectShell(folder: FolderView): Candidate | undefined {
  const web = readProcfile(folder).get("web");
  if (web === undefined && !folder.files.has("run.sh")) return undefined;
  return candidate(folder, "shell", {
    start: web === undefined ? "run.sh" : `${web} (Procfile)`,
    details: ["Procfile", "run.sh", "build.sh"].filter((file) => folder.files.has(file)),
  });
}

const UNSUPPORTED: readonly (readonly [file: string, language: string])[] = [
  ["Cargo.toml", "Rust"],
  ["pom.xml", "Java"],
  ["build.gradle", "Java"],
  ["build.gradle.kts", "Java"],
  ["composer.json", "PHP"],
  ["Gemfile", "Ruby"],
  ["mix.exs", "Elixir"],
];

/** Undefined without the file of another language. */
export function detectUnsupported(folder: FolderView): Candidate | undefined {
  const found = UNSUPPORTED.find(([file]) => folder.files.has(file));
  if (found === undefined) return undefined;
  return candidate(folder, undefined, { start: undefined, details: [`${found[1]} (${found[0]})`] });
}

function candidate(
  folder: FolderView,
  kind: AppKind | undefined,
  facts: Pick<Candidate, "start" | "details"> & { readonly name?: string | undefined },
): Candidate {
  return { name: undefined, ...facts, path: folder.path, kind, missing: [], port: undefined };
}
