// yarn.lock of yarn 2 and later, cut down to some packages of the workspace: word for word what yarn itself would
// write for these, for `yarn install --immutable` compares. Pure.
import { FAILSAFE_SCHEMA, load } from "js-yaml";
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";
import { type KeptPackages, type LockfilePruner, reach } from "./lockfile-pruner.ts";
import { inCatalog } from "./range.ts";
import type { Dependency } from "./workspace-manifest.ts";
import { createExtensions, type FindExtensions } from "./yarn-extensions.ts";

/** yarn's settings, as written. */
export interface BerrySettings {
  /** Ranges by catalog and name. */
  readonly catalogs: JsonObject;
  /** `packageExtensions`. */
  readonly extensions: JsonObject;
}

/** Undefined if it is no lockfile of yarn 2 or later. */
export function readBerryLock(
  text: string,
  { catalogs, extensions }: BerrySettings = { catalogs: {}, extensions: {} },
): LockfilePruner | undefined {
  const [head, ...texts] = text
    .replaceAll("\r\n", "\n")
    .trimEnd()
    .split(/\n\n(?=\S)/);
  const [metadata, ...rest] = texts;
  if (metadata?.startsWith("__metadata:\n") !== true || head === undefined) return undefined;
  const blocks = rest.map(readBlock);
  if (!blocks.every((block) => block !== undefined)) return undefined;
  const settings = { catalogs, findExtensions: createExtensions(extensions) };
  return {
    prune: (kept) => {
      const remaining = blocks.map((block) => (block.reference === ROOT ? cutBlock(block, kept.cut) : block));
      const used = findUsed(remaining, kept, settings);
      if (used === undefined) return undefined;
      const written = remaining.flatMap(({ descriptors, body }) => {
        const key = descriptors.filter((descriptor) => used.has(descriptor)).join(", ");
        return key === "" ? [] : [{ key, text: `${writeKey(key)}\n${body}` }];
      });
      // A key that became shorter may belong elsewhere.
      written.sort((a, b) => (a.key < b.key ? -1 : 1));
      const text = `${[head, metadata, ...written.map((one) => one.text)].join("\n\n")}\n`;
      return { text };
    },
    isFromRegistry: ([name, range]) => {
      const found = blocks.find(({ descriptors }) =>
        descriptors.some((one) => one === `${name}@${range}` || one === `${name}@npm:${range}`),
      );
      return found !== undefined && !found.reference.startsWith("workspace:");
    },
  };
}

interface Block {
  /** Descriptors that resolve to the package: "name@range". */
  readonly descriptors: readonly string[];
  /** The lines below the key. */
  readonly body: string;
  readonly name: string;
  readonly version: string;
  /** Part after the name in the resolution: "workspace:packages/api", "npm:1.0.0". */
  readonly reference: string;
  readonly dependencies: readonly Dependency[];
}

const ROOT = "workspace:.";

const SECTION = /^ {2}(?:dependencies|peerDependencies|dependenciesMeta|peerDependenciesMeta):$/;

/** The block of a manifest without the dependencies of these names. */
function cutBlock(block: Block, names: ReadonlySet<string>): Block {
  // A section has a line for each name, and of some names more lines, further in.
  const sections = block.body.split(/\n(?= {2}\S)/).flatMap((section) => {
    const [title = "", ...entries] = section.split(/\n(?= {4}\S)/);
    if (!SECTION.test(title)) return [section];
    const kept = entries.filter((entry) => !names.has(nameOf(entry)));
    return kept.length === 0 ? [] : [[title, ...kept].join("\n")];
  });
  const dependencies = block.dependencies.filter(([name]) => !names.has(name));
  return { ...block, body: sections.join("\n"), dependencies };
}

/** "    name: range", the name in quotes where it has a sign in it. */
function nameOf(entry: string): string {
  const [, word = ""] = /^ {4}("(?:[^"\\]|\\.)*"|[^\s:]+):/.exec(entry) ?? [];
  return readWord(word) ?? "";
}

/** Long keys are written with a question mark. */
const KEY = /^(?:\? (.+)\n:|(.+):)\n/;

function readBlock(text: string): Block | undefined {
  const [whole = "", long, short] = KEY.exec(text) ?? [];
  const key = readWord(long ?? short ?? "");
  const body = text.slice(whole.length);
  let fields: ReturnType<typeof objectOf>;
  try {
    // Every scalar is a text: yarn writes the range "1" without quotes.
    fields = objectOf(load(body, { schema: FAILSAFE_SCHEMA }));
  } catch {
    return undefined;
  }
  const { resolution, version } = fields;
  const at = typeof resolution === "string" ? resolution.indexOf("@", 1) : -1;
  if (key === undefined || typeof resolution !== "string" || at < 0) return undefined;
  return {
    descriptors: key.split(", "),
    body,
    name: resolution.slice(0, at),
    version: typeof version === "string" ? version : "",
    reference: resolution.slice(at + 1),
    dependencies: stringsOf(fields.dependencies),
  };
}

function readWord(written: string): string | undefined {
  if (!written.startsWith('"')) return written === "" ? undefined : written;
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined;
  }
}

/** Text that yarn writes without quotes, and the length from which it writes a question mark. */
const PLAIN = /^(?![-?:,\][{}#&*!|>'"%@` \t\r\n]).([ \t]*(?![,\][{}:# \t\r\n]).)*$/;
const LONG = 1024;

function writeKey(key: string): string {
  const written = PLAIN.test(key) ? key : JSON.stringify(key);
  return written.length > LONG ? `? ${written}\n:` : `${written}:`;
}

/** The descriptors that the kept packages come to. Undefined where one is not in the lockfile. */
function findUsed(
  blocks: readonly Block[],
  { packages }: KeptPackages,
  { catalogs, findExtensions }: Pick<BerrySettings, "catalogs"> & { readonly findExtensions: FindExtensions },
): ReadonlySet<string> | undefined {
  const byDescriptor = new Map(blocks.flatMap((block) => block.descriptors.map((one) => [one, block])));
  const index = indexDescriptors(byDescriptor.keys());
  const root = packages.find(({ folder }) => folder === "");
  const rules = (root?.manifest.resolutions ?? []).map(readResolution);
  if (!rules.every((rule) => rule !== undefined)) return undefined;
  const starts = packages.map(({ folder }) => (folder === "" ? ROOT : `workspace:${folder}`));
  const workspaces = starts.map((reference) => blocks.find((block) => block.reference === reference));
  let complete = true;
  const next = (descriptor: string): readonly string[] => {
    const block = byDescriptor.get(descriptor) as Block;
    const find = ([name, written]: Dependency) => {
      const rule = rules.find((one) => applies(one, block, name, written));
      return index.find(name, rule?.range ?? inCatalog(catalogs, name, written));
    };
    const found = block.dependencies.map(find);
    const isOwn = ([name]: Dependency) => block.dependencies.some(([own]) => own === name);
    const added = findExtensions(block.name, block.version).filter((one) => !isOwn(one));
    // A patch needs the package that it changes.
    const source = sourceOf(descriptor);
    if (source !== undefined) found.push(index.find(...source).slice(0, 1));
    complete &&= found.every((one) => one.length > 0);
    // Another version of yarn may add less.
    return [...found.flat(), ...added.flatMap(find), ...index.findAliased(descriptor)];
  };
  const own = workspaces.flatMap((block) => {
    const descriptor = block?.descriptors.find((one) => one === `${block.name}@${block.reference}`);
    return descriptor === undefined ? [] : [descriptor];
  });
  const used = reach(own, next);
  return complete && own.length === packages.length ? used : undefined;
}

/** Finds the descriptors that a dependency stands for: its own, and yarn's own patch of it. */
function indexDescriptors(descriptors: Iterable<string>) {
  const unbound = new Map<string, string>();
  for (const descriptor of descriptors) {
    // "::locator=…" names the package that a path is relative to.
    const [plain = descriptor] = descriptor.split("::");
    unbound.set(plain, descriptor);
  }
  const findOwn = (name: string, range: string) =>
    unbound.get(`${name}@${range}`) ?? unbound.get(`${name}@npm:${range}`);
  const patches = new Map<string | undefined, string[]>();
  for (const [plain, descriptor] of unbound) {
    const source = plain.includes("builtin<") ? sourceOf(plain) : undefined;
    if (source === undefined) continue;
    const of = findOwn(...source);
    patches.set(of, [...(patches.get(of) ?? []), descriptor]);
  }
  return {
    find: (name: string, range: string): readonly string[] => {
      const own = findOwn(name, range);
      return own === undefined ? [] : [own, ...(patches.get(own) ?? [])];
    },
    /** yarn resolves the alias "other@npm:name@1.0.0" by way of "name@npm:name@1.0.0", and writes down both. */
    findAliased: (descriptor: string): readonly string[] => {
      const [, range, name] = /^@?[^@]+@(npm:(@?[^@]+)@.+)$/.exec(descriptor) ?? [];
      const aliased = unbound.get(`${name}@${range}`);
      return aliased === undefined ? [] : [aliased];
    },
  };
}

/** Package that a patch changes: "name@patch:name@npm%3A1.0.0#file" is of "name" and "npm:1.0.0". */
function sourceOf(descriptor: string): Dependency | undefined {
  const source = /^@?[^@]+@patch:([^#]+)#/.exec(descriptor)?.[1];
  const [, name, range] = /^(@?[^@]+)@(.+)$/.exec(decodeURIComponent(source ?? "")) ?? [];
  return name === undefined || range === undefined ? undefined : [name, range];
}

/** One of `resolutions`: "name", "name@range", "parent/name", "parent@range/name@range". */
interface Resolution {
  readonly parent: string | undefined;
  readonly parentRange: string | undefined;
  readonly name: string;
  readonly from: string | undefined;
  readonly range: string;
}

const RESOLUTION = /^(?:((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?\/)?((?:@[^/@]+\/)?[^/@]+)(?:@(.+))?$/;

function readResolution([pattern, range]: Dependency): Resolution | undefined {
  const [, parent, parentRange, name, from] = RESOLUTION.exec(pattern) ?? [];
  return name === undefined ? undefined : { parent, parentRange, name, from, range };
}

function applies(rule: Resolution, dependent: Block, name: string, range: string): boolean {
  const isRange = (written: string | undefined, actual: string) =>
    written === undefined || written === actual || `npm:${written}` === actual;
  return (
    rule.name === name &&
    isRange(rule.from, range) &&
    (rule.parent === undefined || rule.parent === dependent.name) &&
    isRange(rule.parentRange, dependent.reference)
  );
}
