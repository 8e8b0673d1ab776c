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
  };
}

/** Lock files that are exported before pip reads them. */
const EXPORTS: readonly (readonly [file: string, tool: string, command: string])[] = [
  ["uv.lock", "uv", "uv export --frozen --no-dev --no-emit-project --output-file requirements.txt"],
  ["poetry.lock", "poetry", "poetry export --only main --output requirements.txt"],
  ["pdm.lock", "pdm", "pdm export --production --output requirements.txt"],
];

function toolOf(
  { files }: FolderView,
  project: string,
): { readonly name: string; readonly missing: readonly Missing[] } {
  if (files.has("requirements.txt")) return { name: "pip, requirements.txt", missing: [] };
  if (files.has("Pipfile.lock")) return { name: "pipenv, Pipfile.lock", missing: [] };
  const exported = EXPORTS.find(([file]) => files.has(file));
  if (exported !== undefined) {
    const [file, tool, command] = exported;
    return { name: `${tool}, ${file}`, missing: [lacks("requirements.txt", command)] };
  }
  if (files.has("Pipfile")) return { name: "pipenv", missing: [lacks("Pipfile.lock", "pipenv lock")] };
  if (/^dependencies\s*=\s*\[\s*["']/m.test(project) || /^\[tool\.poetry\.dependencies\]/m.test(project))
    return { name: "pyproject.toml", missing: [lacks("requirements.txt", "pip freeze > requirements.txt")] };
  return { name: files.has("pyproject.toml") ? "pyproject.toml" : "setup.py", missing: [] };
}

function lacks(file: string, command: string): Missing {
  return { problem: `has no ${file}`, command };
}

function startOf(folder: FolderView): string | undefined {
  const web = readProcfile(folder).get("web");
  if (web !== undefined) return `${web} (Procfile)`;
  const entry = ENTRIES.find((file) => folder.files.has(file));
  if (entry !== undefined) return entry;
  const hasServer = /^(?:gunicorn|uvicorn)\b/im.test(folder.read("requirements.txt") ?? "");
  return folder.files.has("manage.py") && hasServer ? "manage.py (Django)" : undefined;
}

function versionOf(folder: FolderView): readonly string[] {
  const version = folder.read(".python-version")?.trim();
  return version !== undefined && /^[\w.]{1,20}$/.test(version)
    ? [`Python ${version} (.python-version)`]
    : [];
}
