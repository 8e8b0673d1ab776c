// Inspects a folder for `sti init`: reads its files, and lets the detectors find apps, Dockerfiles, services and targets
// of bake files. Decides nothing about the config.
import { basename, posix } from "node:path";
import { listWorkspace } from "@sti/source";
import { detectApp } from "./detect-app.ts";
import { isWorkspaceRoot } from "./detect-node.ts";
import type {
  BakeTarget,
  ComposeRun,
  ComposeService,
  DockerfileFacts,
  FolderView,
  Inspection,
  Remark,
  WorkspaceMember,
} from "./inspection.ts";
import { listFolders } from "./list-folders.ts";
import { type BakeFile, type BakeProcess, printBake } from "./print-bake.ts";
import { readBake } from "./read-bake.ts";
import { readCompose } from "./read-compose.ts";
import { readDockerfile } from "./read-dockerfile.ts";
import { isS2iFolder, readS2i } from "./read-s2i.ts";

/** By precedence; docker compose reads the first one. */
const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const BAKE_JSON = "docker-bake.json";
/** In bake's order. */
const BAKE_OTHERS = ["docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"];
const IGNORE_FILES = [".stiignore", ".s2iignore", ".dockerignore"];

/**
 * `folder`: absolute. Rejects with the file system's error if it cannot be listed, and with the reason of the signal of
 * `context`.
 */
export async function inspectFolder(folder: string, context: BakeProcess): Promise<Inspection> {
  const { folders, remarks } = listFolders(folder);
  const views = new Map(folders.map((view) => [view.path, view]));
  const [top] = folders;
  if (top === undefined) throw new Error(`${folder} was not listed`);
  const members = await listMembers(folder, { remarks, views });
  const roots = folders.filter(isWorkspaceRoot);
  const isMember = new Set(members.map(({ path }) => path));
  const candidates = folders
    .filter((view) => !roots.includes(view) && !isS2iFolder(view))
    .flatMap((view) => detectApp(view, isMember.has(view.path) ? top : undefined) ?? []);
  const { runs, services } = inspectCompose(views, remarks);
  const bakeTargets = await inspectBake(top, { remarks, context });
  return {
    name: basename(folder),
    candidates,
    members,
    services,
    runs,
    bakeTargets,
    s2iSources: readS2i(views, remarks),
    dockerfiles: inspectDockerfiles(
      views,
      [...services, ...bakeTargets].map(({ build }) => build),
    ),
    ignoring: new Set(
      folders.filter(({ files }) => IGNORE_FILES.some((name) => files.has(name))).map(({ path }) => path),
    ),
    remarks,
  };
}

/** Packages of the workspace whose root is the folder, among those that were listed. */
async function listMembers(
  folder: string,
  { remarks, views }: { readonly remarks: Remark[]; readonly views: ReadonlyMap<string, FolderView> },
): Promise<readonly WorkspaceMember[]> {
  const top = views.get("");
  if (top === undefined || !isWorkspaceRoot(top)) return [];
  const read = await listWorkspace(folder);
  if ("problem" in read) {
    remarks.push({ place: "workspace", reason: read.problem });
    return [];
  }
  const unnamed = read.packages.filter(({ name }) => name === undefined);
  for (const { folder: path } of unnamed) {
    remarks.push({
      place: posix.join(path, "package.json"),
      reason: "has no name; a package of a workspace needs one",
    });
  }
  return read.packages.flatMap(({ folder: path, name }) =>
    name === undefined || path === "" || !views.has(path) ? [] : [{ path, name }],
  );
}

function inspectCompose(
  views: ReadonlyMap<string, FolderView>,
  remarks: Remark[],
): Pick<Inspection, "services" | "runs"> {
  const found = [...views.values()].flatMap((view) =>
    COMPOSE_FILES.filter((file) => view.files.has(file)).map((file) => ({ view, file })),
  );
  const first = found.find(({ view }) => view.path === "");
  for (const one of found.filter((other) => other !== first)) {
    const { file, view } = one;
    const reason = view.path === "" ? `${first?.file} comes first` : "it is not in the folder itself";
    remarks.push({ place: posix.join(view.path, file), reason: `not read: ${reason}` });
  }
  for (const file of first?.view.files ?? []) {
    if (/^(?:docker-)?compose\.override\.ya?ml$/.test(file))
      remarks.push({ place: file, reason: "overrides are not read" });
  }
  const text = first?.view.read(first.file);
  if (first === undefined || text === undefined) return { services: [], runs: [] };
  const content = readCompose(text, first.file);
  remarks.push(...content.remarks);
  const given = { remarks, views };
  return {
    services: content.services.map((service) => withFolders(service, given)),
    runs: content.runs.map((run) => withFolders(run, given)),
  };
}

/** The service without mounts of folders that are missing: a container with one would not start. */
function withFolders<Service extends ComposeService | ComposeRun>(
  service: Service,
  { remarks, views }: { readonly remarks: Remark[]; readonly views: ReadonlyMap<string, FolderView> },
): Service {
  const volumes = service.dev.volumes.filter((volume) => {
    const [source = ""] = volume.split(":");
    if (!source.startsWith("./")) return true;
    const [name, parent] = [posix.basename(source), folderOf(posix.normalize(source))];
    if (views.get(parent)?.folders.has(name) === true) return true;
    remarks.push({
      place: `${service.file}, ${service.name}`,
      reason: `volume ${volume}: there is no such folder`,
    });
    return false;
  });
  return { ...service, dev: { ...service.dev, volumes } };
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}

/** A file in JSON comes first: it is read without docker, and keeps its variables. */
async function inspectBake(
  top: FolderView,
  { context, remarks }: { readonly context: BakeProcess; readonly remarks: Remark[] },
): Promise<readonly BakeTarget[]> {
  const text = top.read(BAKE_JSON);
  const others = BAKE_OTHERS.filter((name) => top.files.has(name));
  if (text !== undefined)
    remarks.push(...others.map((place) => ({ place, reason: `not read: ${BAKE_JSON} comes first` })));
  const content =
    text === undefined ? await printBake(readFiles(top, others), context) : readBake(text, BAKE_JSON);
  remarks.push(...content.remarks);
  return content.targets;
}

function readFiles(view: FolderView, names: readonly string[]): readonly BakeFile[] {
  return names.flatMap((name) => {
    const text = view.read(name);
    return text === undefined ? [] : [{ name, text }];
  });
}

/** Each Dockerfile of that name, and those that a compose file or a bake file names. */
function inspectDockerfiles(
  views: ReadonlyMap<string, FolderView>,
  builds: readonly { readonly context: string; readonly dockerfile: string }[],
): readonly DockerfileFacts[] {
  const usual = [...views.values()].map(({ path }) => posix.join(path, "Dockerfile"));
  const named = builds.map(({ context, dockerfile }) => posix.join(context, dockerfile));
  return [...new Set([...usual, ...named])].sort().flatMap((place) => {
    const path = folderOf(place);
    const view = views.get(path);
    if (view === undefined) return [];
    const subfolder = (name: string) => views.get(posix.join(path, name));
    return readDockerfile(view, posix.basename(place), subfolder) ?? [];
  });
}
