// Packages whose builds come before that of another by the files of Nx and Turborepo, without being dependencies of its
// manifest.
import { join, posix } from "node:path";
import { type JsonObject, objectOf, parseLooseJson } from "./json-object.ts";
import { readText } from "./read-text.ts";
import { WorkspaceError } from "./workspace-error.ts";

export interface ImplicitDependency {
  /** Name of a package or of an Nx project; a pattern with "*". */
  readonly name: string;
  readonly field: "implicitDependencies" | "dependsOn";
  /** Relative to the root. */
  readonly file: string;
}

export interface TaskFiles {
  /** Name of the Nx project, if it has one of its own. */
  readonly project: string | undefined;
  readonly implicit: readonly ImplicitDependency[];
}

const NX_FILE = "project.json";
const TURBO_FILES = ["turbo.json", "turbo.jsonc"];

/** Files of a package, besides its manifest. */
export const TASK_FILES: readonly string[] = [NX_FILE, ...TURBO_FILES];

export interface TaskFolder {
  /** Relative to the root. */
  readonly folder: string;
  /** Of the files in it. */
  readonly names: ReadonlySet<string>;
  /** Fields of its manifest. */
  readonly manifest: JsonObject;
}

/** Of one package. Rejects with a WorkspaceError. */
export async function readTaskFiles(
  root: string,
  { folder, manifest, names }: TaskFolder,
): Promise<TaskFiles> {
  const place = (name: string) => posix.join(folder, name);
  const read = async (name: string) => (names.has(name) ? await readJson(root, place(name)) : {});
  const project = await read(NX_FILE);
  const implicit = [...listNx(manifest.nx, place("package.json")), ...listNx(project, place(NX_FILE))];
  for (const name of TURBO_FILES) {
    const { tasks } = await read(name);
    implicit.push(...Object.values(objectOf(tasks)).flatMap((task) => listTurbo(task, place(name))));
  }
  return { project: textOf(project.name), implicit };
}

/** Of the root's tasks for single packages ("name#build"), by the names of these packages. */
export async function readRootTasks(
  root: string,
): Promise<ReadonlyMap<string, readonly ImplicitDependency[]>> {
  const found = new Map<string, readonly ImplicitDependency[]>();
  for (const file of TURBO_FILES) {
    const { tasks } = await readJson(root, file);
    for (const [key, task] of Object.entries(objectOf(tasks))) {
      const [name = "", of] = key.split("#");
      if (of !== undefined) found.set(name, [...(found.get(name) ?? []), ...listTurbo(task, file)]);
    }
  }
  return found;
}

/** "!name" takes one out that a pattern would bring. */
function listNx(project: unknown, file: string): readonly ImplicitDependency[] {
  const { implicitDependencies, targets } = objectOf(project);
  const ofTargets = Object.values(objectOf(targets)).flatMap((target) =>
    listOf(objectOf(target).dependsOn).flatMap((one) => listOf(objectOf(one).projects)),
  );
  const names = (list: readonly unknown[]) =>
    list.flatMap((one) => (textOf(one)?.startsWith("!") === false ? [textOf(one) ?? ""] : []));
  return [
    ...names(listOf(implicitDependencies)).map(
      (name) => ({ name, field: "implicitDependencies", file }) as const,
    ),
    ...names(ofTargets).map((name) => ({ name, field: "dependsOn", file }) as const),
  ];
}

/** "name#build" is a task of another package, "^build" and "build" are none. */
function listTurbo(task: unknown, file: string): readonly ImplicitDependency[] {
  return listOf(objectOf(task).dependsOn).flatMap((one) => {
    const [, name] = /^\^?([^#]+)#/.exec(textOf(one) ?? "") ?? [];
    return name === undefined || name === "//" ? [] : [{ name, field: "dependsOn", file } as const];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** {} without the file. */
async function readJson(root: string, path: string): Promise<JsonObject> {
  const file = join(root, path);
  const text = await readText(file);
  if (text === undefined) return {};
  try {
    return objectOf(parseLooseJson(text));
  } catch (error) {
    const message = (error as SyntaxError).message.replaceAll(/\s+/g, " ");
    throw new WorkspaceError({ code: "workspace-invalid", file, message });
  }
}
