// pnpm-lock.yaml, versions 6 and 9, cut down to some packages of the workspace. Pure.
import { dump, load } from "js-yaml";
import { type JsonObject, objectOf, pickKeys, stringsOf } from "./json-object.ts";
import { isPatchOf, type KeptPackages, type LockfilePruner, reach } from "./lockfile-pruner.ts";
import { pickCatalogs } from "./range.ts";
import { cutDependencies } from "./workspace-manifest.ts";

/** Undefined if it is no lockfile of a known version. */
export function readPnpmLock(text: string): LockfilePruner | undefined {
  const { front, main } = splitDocuments(text);
  let lock: JsonObject;
  try {
    lock = objectOf(load(main));
  } catch {
    return undefined;
  }
  const form = FORMS.get(String(lock.lockfileVersion));
  if (form === undefined || lock.importers === undefined) return undefined;
  const root = objectOf(objectOf(lock.importers)["."]);
  const ofRoot = DIRECT.flatMap((field) => versionsOf(root[field]));
  return {
    prune: (kept) => {
      const pruned = prune(lock, form, kept);
      if (pruned === undefined) return undefined;
      const before = Object.keys(objectOf(lock.patchedDependencies));
      const after = objectOf(pruned.patchedDependencies);
      return {
        text: front + dump(pruned, { lineWidth: -1, noRefs: true }),
        cutPatches: before.filter((key) => !(key in after)),
      };
    },
    isFromRegistry: ([name]) =>
      ofRoot.some(([known, version]) => known === name && !/^(?:link|file):/.test(version)),
  };
}

/** pnpm keeps its own data in a document in front of the lockfile proper. */
function splitDocuments(text: string): { readonly front: string; readonly main: string } {
  const mark = [...text.matchAll(/\n---\r?\n/g)].at(-1);
  const start = mark === undefined ? 0 : mark.index + mark[0].length;
  return { front: text.slice(0, start), main: text.slice(start) };
}

const DIRECT = ["dependencies", "devDependencies", "optionalDependencies"];

interface Form {
  /** Section with the dependencies of a package. */
  readonly nodes: "packages" | "snapshots";
  /** The node that a dependency means, undefined for a folder of the workspace. */
  readonly keyOf: (name: string, version: string) => string | undefined;
  readonly finish: (node: JsonObject, flags: Flags) => JsonObject;
}

/** By which ways the kept packages come to a node. */
interface Flags {
  /** Only by optional dependencies. */
  readonly optional: boolean;
  readonly dev: boolean;
  readonly prod: boolean;
}

// Flags of a node concern all packages of the workspace together; they are computed again for the remaining ones. They
// go last, so that the text is the same wherever they stood, or did not.
const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  [
    "9.0",
    {
      nodes: "snapshots",
      keyOf: (name, version) => {
        if (version.startsWith("link:")) return undefined;
        return isWholeKey(version) ? version : `${name}@${version}`;
      },
      finish: ({ optional: _, ...node }, flags) => (flags.optional ? { ...node, optional: true } : node),
    },
  ],
  [
    "6.0",
    {
      nodes: "packages",
      keyOf: (name, version) => {
        if (version.startsWith("link:")) return undefined;
        const path = version.split("(")[0] ?? "";
        return path.includes("/") ? version : `/${name}@${version}`;
      },
      finish: ({ optional: _, dev: __, ...node }, flags) => ({
        ...node,
        ...(flags.dev && flags.prod ? {} : { dev: flags.dev }),
        ...(flags.optional ? { optional: true } : {}),
      }),
    },
  ],
]);

/** Whether a version names another package: "other@1.0.0", "@scope/other@1.0.0". */
function isWholeKey(version: string): boolean {
  if (version.startsWith("@")) return true;
  const at = version.indexOf("@");
  const ends = [version.indexOf(":"), version.indexOf("(")].filter((index) => index >= 0);
  return at > 0 && ends.every((end) => at < end);
}

function prune(lock: JsonObject, form: Form, { cut, packages }: KeptPackages): JsonObject | undefined {
  const folders = new Set(packages.map(({ folder }) => (folder === "" ? "." : folder)));
  const importers = Object.fromEntries(
    Object.entries(pickKeys(objectOf(lock.importers), (folder) => folders.has(folder))).map(
      ([folder, importer]) => [
        folder,
        folder === "." ? cutDependencies(objectOf(importer), cut) : objectOf(importer),
      ],
    ),
  );
  const nodes = objectOf(lock[form.nodes]);
  let complete = [...folders].every((folder) => folder === "." || folder in importers);
  const keysOf = (dependencies: unknown): readonly string[] =>
    versionsOf(dependencies).flatMap(([name, version]) => {
      const key = form.keyOf(name, version);
      if (key === undefined) return [];
      complete &&= key in nodes;
      return key in nodes ? [key] : [];
    });
  const firstsOf = (...fields: readonly string[]) =>
    Object.values(importers).flatMap((importer) => fields.flatMap((field) => keysOf(importer[field])));
  const required = (key: string) => keysOf(objectOf(nodes[key]).dependencies);
  const all = (key: string) => [...required(key), ...keysOf(objectOf(nodes[key]).optionalDependencies)];
  const reached = reach(firstsOf(...DIRECT), all);
  const needed = reach(firstsOf("dependencies", "devDependencies"), required);
  const prod = reach(firstsOf("dependencies", "optionalDependencies"), all);
  const dev = reach(firstsOf("devDependencies"), all);
  // A lockfile with a hole in it is not one that can be judged here.
  if (!complete) return undefined;
  const flagsOf = (key: string) => ({
    optional: !needed.has(key),
    dev: dev.has(key),
    prod: prod.has(key),
  });
  const finished = Object.entries(nodes)
    .filter(([key]) => reached.has(key))
    .map(([key, node]) => [key, form.finish(objectOf(node), flagsOf(key))] as const);
  const names = new Set([...reached].map(withoutPeers));
  const resolved = [...reached].map((key) => withoutPeers(key).replace(/^\//, ""));
  const parts: Record<string, JsonObject> = {
    patchedDependencies: pickKeys(objectOf(lock.patchedDependencies), (key) =>
      resolved.some((one) => isPatchOf(key, one)),
    ),
    catalogs: pickCatalogs(objectOf(lock.catalogs), [
      ...Object.values(importers).flatMap(specifiersOf),
      ...stringsOf(lock.overrides),
    ]),
    importers,
    packages: pickKeys(objectOf(lock.packages), (key) => names.has(key) || reached.has(key)),
    time: pickKeys(objectOf(lock.time), (key) => names.has(key) || reached.has(key)),
    [form.nodes]: Object.fromEntries(finished),
  };
  const written = Object.entries(lock).map(([key, value]) => [key, parts[key] ?? value] as const);
  return Object.fromEntries(written.filter(([key]) => Object.keys(parts[key] ?? lock).length > 0));
}

/** An importer contains specifier and version of a dependency, a package only the version. */
function versionsOf(dependencies: unknown): readonly (readonly [string, string])[] {
  return Object.entries(objectOf(dependencies)).flatMap(([name, one]) => {
    const version = typeof one === "string" ? one : objectOf(one).version;
    return typeof version === "string" ? [[name, version]] : [];
  });
}

function specifiersOf(importer: JsonObject): readonly (readonly [string, string])[] {
  return DIRECT.flatMap((field) =>
    Object.entries(objectOf(importer[field])).flatMap(([name, one]) => {
      const { specifier } = objectOf(one);
      return typeof specifier === "string" ? [[name, specifier] as const] : [];
    }),
  );
}

/** The package of a snapshot: the key without the peers in brackets at its end. */
function withoutPeers(key: string): string {
  let depth = 0;
  let end = key.length;
  for (let index = key.length - 1; index >= 0; index -= 1) {
    const character = key[index];
    if (character === ")") depth += 1;
    else if (depth === 0) break;
    else if (character === "(") {
      depth -= 1;
      if (depth === 0) end = index;
    }
  }
  return key.slice(0, end);
}
