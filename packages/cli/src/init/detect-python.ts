// Detects apps of Python by their dependency files and entry points. Pure.
import type { Candidate, FolderView, Missing } from "./inspection.ts";
import { readProcfile } from "./read-procfile.ts";

const MARKS = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py"];

/** Files that start an app, by precedence. */
const ENTRIES = ["app.py", "main.py", "wsgi.py", "asgi.py", "server.py"];

/** Undefined without a file that names dependencies. */
export function detectPython(folder: FolderView): Candidate | undefined {
  if (!MARKS.some((file) => folder.files.has(file))) return undefined;
  const project = folder.read("pyproject.toml") ?? "";
  const tool = toolOf(folder, project);
  return {
    path: folder.path,
    kind: "python",
    name: /^\[(?:project|tool\.poetry)\][^[]*?^name\s*=\s*["']([^"'\n]+)["']/m.exec(project)?.[1],
    start: startOf(folder),
    details: [tool.name, ...versionOf(folder)],
    missing: tool.missing,
    port: undefined,
    hasS2i: folder.folders.has(".s2i"),
  };
}

function toolOf(
  { files }: FolderView,
  project: string,
): { readonly name: string; readonly missing: readonly Missing[] } {
  if (files.has("uv.lock")) return { name: "uv, uv.lock", missing: [] };
  if (files.has("poetry.lock")) return { name: "poetry, poetry.lock", missing: [] };
  if (files.has("Pipfile.lock")) return { name: "pipenv, Pipfile.lock", missing: [] };
  if (files.has("requirements.txt")) return { name: "pip, requirements.txt", missing: [] };
  if (files.has("Pipfile")) return { name: "pipenv", missing: [lacks("Pipfile.lock", "pipenv lock")] };
  if (/^\[tool\.poetry\]/m.test(project))
    return { name: "poetry", missing: [lacks("poetry.lock", "poetry lock")] };
  if (/^\[tool\.uv\]/m.test(project)) return { name: "uv", missing: [lacks("uv.lock", "uv lock")] };
  return { name: files.has("pyproject.toml") ? "pip, pyproject.toml" : "pip, setup.py", missing: [] };
}

function lacks(file: string, command: string): Missing {
  return { problem: `has no ${file}`, command };
}

function startOf(folder: FolderView): string | undefined {
  const web = readProcfile(folder).get("web");
  if (web !== undefined) return `${web} (Procfile)`;
  const entry = ENTRIES.find((file) => folder.files.has(file));
  return entry ?? (folder.files.has("manage.py") ? "manage.py (Django)" : undefined);
}

function versionOf(folder: FolderView): readonly string[] {
  const version = folder.read(".python-version")?.trim();
  return version !== undefined && /^[\w.]{1,20}$/.test(version)
    ? [`Python ${version} (.python-version)`]
    : [];
}
