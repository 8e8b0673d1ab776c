// package-lock.json and npm-shrinkwrap.json, versions 2 and 3, cut down to some packages of the workspace. Pure.
import { type JsonObject, objectOf } from "./json-object.ts";
import { type LockfilePruner, reach } from "./lockfile-pruner.ts";
import { cutDependencies } from "./workspace-manifest.ts";

/** Undefined if it is no lockfile of a known version. */
export function readNpmLock(text: string): LockfilePruner | undefined {
  let lock: JsonObject;
  try {
    lock = objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
  const entries = objectOf(lock.packages);
  if ((lock.lockfileVersion !== 2 && lock.lockfileVersion !== 3) || !("" in entries)) return undefined;
  return {
    prune: ({ cut, left, packages }) => {
      const own = { ...entries, "": cutDependencies(objectOf(entries[""]), cut) };
      const pruned = prune(own, new Set(packages.map(({ folder }) => folder)), left);
      if (pruned === undefined) return undefined;
      // Without the dependencies for npm 6, which knows no workspaces, it is of version 3.
      const { dependencies: _, packages: __, ...head } = lock;
      const text = `${JSON.stringify({ ...head, lockfileVersion: 3, packages: pruned }, undefined, 2)}\n`;
      return { text };
    },
    isFromRegistry: ([name]) => {
      const entry = entries[`node_modules/${name}`];
      return entry !== undefined && objectOf(entry).link !== true;
    },
  };
}

interface Edge {
  readonly to: string;
  readonly dev: boolean;
  readonly optional: boolean;
  readonly peer: boolean;
}

const PLAIN = { dev: false, optional: false, peer: false };

function prune(
  entries: JsonObject,
  folders: ReadonlySet<string>,
  left: ReadonlySet<string>,
): JsonObject | undefined {
  if (![...folders].every((folder) => folder in entries)) return undefined;
  const links = new Map(
    Object.entries(entries).flatMap(([key, entry]) => {
      const { link, resolved } = objectOf(entry);
      return link === true && typeof resolved === "string" ? [[key, resolved]] : [];
    }),
  );
  const known = new Map<string, readonly Edge[]>();
  const edgesOf = (key: string): readonly Edge[] => {
    const linked = links.get(key);
    const edges =
      known.get(key) ??
      (linked === undefined ? listEdges(entries, key, folders.has(key)) : [{ ...PLAIN, to: linked }]);
    known.set(key, edges);
    return edges;
  };
  const starts = ["", ...[...links].flatMap(([key, folder]) => (folders.has(folder) ? [key] : []))];
  // A peer that may be missing is no reason to be there: whether it is would depend on other packages.
  const next = (key: string) =>
    edgesOf(key).flatMap(({ to, ...edge }) => (edge.peer && edge.optional ? [] : [to]));
  const reached = reach(starts, next);
  // Something that is no package of the workspace depends on one that does not stay.
  if ([...reached].some((key) => left.has(key) || !(key in entries))) return undefined;
  const without = (kind: "dev" | "optional" | "peer" | "devOptional") =>
    reach(starts, (key) =>
      edgesOf(key).flatMap(({ to, ...edge }) => {
        const crosses = kind === "devOptional" ? edge.dev || edge.optional : edge[kind];
        return crosses || !reached.has(to) ? [] : [to];
      }),
    );
  const strict = { dev: without("dev"), optional: without("optional"), peer: without("peer") };
  const neither = without("devOptional");
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, entry]) => {
      if (!reached.has(key)) return [];
      const dev = !strict.dev.has(key);
      const optional = !strict.optional.has(key);
      const flags = {
        ...(dev ? { dev } : {}),
        ...(optional ? { optional } : {}),
        ...(!dev && !optional && !neither.has(key) ? { devOptional: true } : {}),
        ...(strict.peer.has(key) ? {} : { peer: true }),
      };
      return [[key, { ...withoutFlags(objectOf(entry)), ...flags }]];
    }),
  );
}

/** Removes flags that concern all packages of the workspace; they are computed again for the remaining ones. */
function withoutFlags(entry: JsonObject): JsonObject {
  const { dev: _, optional: __, devOptional: ___, peer: ____, extraneous: _____, ...rest } = entry;
  return rest;
}

function listEdges(entries: JsonObject, key: string, isFolder: boolean): readonly Edge[] {
  const entry = objectOf(entries[key]);
  const optionalPeers = objectOf(entry.peerDependenciesMeta);
  const edges: Edge[] = [];
  const add = (field: string, kinds: (name: string) => Omit<Edge, "to">) => {
    for (const name of Object.keys(objectOf(entry[field]))) {
      const to = resolve(entries, key, name);
      if (to !== undefined) edges.push({ to, ...kinds(name) });
    }
  };
  const optional = objectOf(entry.optionalDependencies);
  add("dependencies", (name) => ({ ...PLAIN, optional: Object.hasOwn(optional, name) }));
  add("optionalDependencies", () => ({ ...PLAIN, optional: true }));
  add("peerDependencies", (name) => ({
    ...PLAIN,
    peer: true,
    optional: objectOf(optionalPeers[name]).optional === true,
  }));
  if (isFolder) add("devDependencies", () => ({ ...PLAIN, dev: true }));
  return edges;
}

/** The entry that Node finds for a name, from a folder upwards. */
function resolve(entries: JsonObject, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const key = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (key in entries) return key;
    if (folder === "") return undefined;
  }
}
