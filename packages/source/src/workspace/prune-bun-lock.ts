// bun.lock of bun 1.2 and later, cut down to some packages of the workspace. Pure.
import { type JsonObject, objectOf, parseLooseJson, stringsOf } from "./json-object.ts";
import { isPatchOf, type LockfilePruner, reach } from "./lockfile-pruner.ts";
import { cutDependencies } from "./workspace-manifest.ts";

const VERSIONS: readonly unknown[] = [0, 1, 2];

/** Undefined if it is no lockfile of a known version. */
export function readBunLock(text: string): LockfilePruner | undefined {
  let lock: JsonObject;
  try {
    lock = objectOf(parseLooseJson(text));
  } catch {
    return undefined;
  }
  const workspaces = objectOf(lock.workspaces);
  if (!VERSIONS.includes(lock.lockfileVersion) || !("" in workspaces)) return undefined;
  const entries = new Map(Object.entries(objectOf(lock.packages)).map(([key, one]) => [key, readEntry(one)]));
  return {
    prune: ({ cut, left, packages }) => {
      const folders = packages.map(({ folder }) => folder);
      if (!folders.every((folder) => folder in workspaces)) return undefined;
      const kept = Object.fromEntries(
        Object.entries(workspaces).flatMap(([folder, fields]) =>
          folders.includes(folder)
            ? [[folder, folder === "" ? cutDependencies(objectOf(fields), cut) : objectOf(fields)]]
            : [],
        ),
      );
      const reached = findReached(entries, kept, left);
      if (reached === undefined) return undefined;
      const versions = new Set([...reached].flatMap((key) => entries.get(key)?.resolution ?? []));
      const [patches, cutPatches] = split(objectOf(lock.patchedDependencies), (key) =>
        [...versions].some((version) => isPatchOf(key, version)),
      );
      const parts: JsonObject = {
        workspaces: kept,
        patchedDependencies: patches,
        packages: split(objectOf(lock.packages), (key) => reached.has(key))[0],
      };
      const written = Object.entries(lock).flatMap(([key, value]) =>
        key === "patchedDependencies" && Object.keys(patches).length === 0
          ? []
          : [[key, parts[key] ?? value]],
      );
      return {
        text: `${JSON.stringify(Object.fromEntries(written), undefined, 2)}\n`,
        cutPatches: Object.keys(cutPatches),
      };
    },
    isFromRegistry: ([name]) => {
      const entry = entries.get(name);
      return entry !== undefined && !entry.resolution.includes("@workspace:");
    },
  };
}

interface Entry {
  /** "name@1.0.0", "name@workspace:packages/name". */
  readonly resolution: string;
  readonly fields: JsonObject;
}

/** The resolution is the first element; the fields are the first that is an object. */
function readEntry(written: unknown): Entry {
  const [resolution, ...rest] = Array.isArray(written) ? (written as readonly unknown[]) : [];
  const fields = rest.find((one) => typeof one === "object");
  return { resolution: typeof resolution === "string" ? resolution : "", fields: objectOf(fields) };
}

/** Keys of the packages that these workspaces lead to; undefined where one is missing, or does not stay. */
function findReached(
  entries: ReadonlyMap<string, Entry>,
  workspaces: Readonly<Record<string, JsonObject>>,
  left: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  let complete = true;
  const follow = (base: string, fields: JsonObject, isWorkspace: boolean): readonly string[] => {
    const found: string[] = [];
    for (const [name, isNeeded] of listDependencies(fields, isWorkspace)) {
      const key = resolve(entries, base, name);
      complete &&= key !== undefined || !isNeeded;
      if (key !== undefined) found.push(key);
    }
    return found;
  };
  const folderOf = (key: string) => /@workspace:(.*)$/s.exec(entries.get(key)?.resolution ?? "")?.[1];
  const starts = Object.entries(workspaces).flatMap(([folder, fields]) => {
    const key = [...entries.keys()].find((one) => folder !== "" && folderOf(one) === folder);
    return [...(key === undefined ? [] : [key]), ...follow(key ?? "", fields, true)];
  });
  const reached = reach(starts, (key) =>
    folderOf(key) === undefined ? follow(key, entries.get(key)?.fields ?? {}, false) : [],
  );
  return complete && ![...reached].some((key) => left.has(folderOf(key) ?? "")) ? reached : undefined;
}

/** Names of the dependencies, each with whether it has to be in the lockfile. */
function listDependencies(
  fields: JsonObject,
  isWorkspace: boolean,
): readonly (readonly [name: string, isNeeded: boolean])[] {
  const optionalPeers: readonly unknown[] = Array.isArray(fields.optionalPeers) ? fields.optionalPeers : [];
  const names = (field: string) => stringsOf(fields[field]).map(([name]) => name);
  return [
    ...names("dependencies").map((name) => [name, true] as const),
    ...(isWorkspace ? names("devDependencies").map((name) => [name, true] as const) : []),
    ...names("optionalDependencies").map((name) => [name, false] as const),
    ...names("peerDependencies").flatMap((name) =>
      // An optional peer is no reason to be there: whether it is would depend on other packages.
      optionalPeers.includes(name) ? [] : [[name, false] as const],
    ),
  ];
}

/** The key that a name means for the package of another key, from there upwards: "a/@s/b/name", "a/name", "name". */
function resolve(entries: ReadonlyMap<string, Entry>, from: string, name: string): string | undefined {
  const names = from.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];
  for (let depth = names.length; depth >= 0; depth -= 1) {
    const key = [...names.slice(0, depth), name].join("/");
    if (entries.has(key)) return key;
  }
  return undefined;
}

function split(object: JsonObject, keeps: (key: string) => boolean): readonly [JsonObject, JsonObject] {
  const entries = Object.entries(object);
  return [
    Object.fromEntries(entries.filter(([key]) => keeps(key))),
    Object.fromEntries(entries.filter(([key]) => !keeps(key))),
  ];
}
