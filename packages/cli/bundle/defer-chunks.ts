// Keeps modules of ours that a command needs late, or not at all, from being loaded with the chunk that imports them.
// They become chunks of their own; in their place are functions that load the chunk when one of them is called first.
import { readFileSync } from "node:fs";
import type { Plugin } from "rolldown";

const STAND_IN = "\0later:";
const ENTRY = "\0chunk:";

export interface DeferredChunks {
  readonly plugin: Plugin;
  /** Further entries of the bundle: the chunks. */
  readonly input: Readonly<Record<string, string>>;
}

/**
 * `chunks`: by name, the modules of each, absolute. They export functions and types alone, each function under a name that
 * no other one of the chunk has; throws otherwise. The bundle is CommonJS, where a chunk can be loaded at once.
 */
export function deferChunks(chunks: Readonly<Record<string, readonly string[]>>): DeferredChunks {
  const chunkOf = new Map(
    Object.entries(chunks).flatMap(([name, modules]) => modules.map((module) => [module, name] as const)),
  );
  const functions = new Map([...chunkOf.keys()].map((module) => [module, exportedFunctions(module)]));
  for (const [chunk, modules] of Object.entries(chunks)) refuseTwins(chunk, modules, functions);
  const plugin: Plugin = {
    name: "defer-chunks",
    async resolveId(source, importer, { kind }) {
      if (source.startsWith(ENTRY)) return source;
      if (importer === undefined || importer.startsWith(ENTRY) || importer.includes("/node_modules/"))
        return null;
      if (importer.startsWith(STAND_IN)) return { id: source, external: true };
      const resolved = await this.resolve(source, importer, { kind, skipSelf: true });
      const chunk = resolved === null ? undefined : chunkOf.get(resolved.id);
      if (resolved === null || chunk === undefined || chunk === chunkOf.get(importer)) return null;
      return `${STAND_IN}${resolved.id}`;
    },
    load(id) {
      if (id.startsWith(ENTRY)) {
        const modules = chunks[id.slice(ENTRY.length)] ?? [];
        return modules
          .map((module) => `export { ${functions.get(module)?.join(", ")} } from ${JSON.stringify(module)};`)
          .join("\n");
      }
      if (!id.startsWith(STAND_IN)) return null;
      const module = id.slice(STAND_IN.length);
      const load = `require("./${chunkOf.get(module)}.cjs")`;
      const names = functions.get(module) ?? [];
      return names
        .map((name) => `export function ${name}(...args) { return ${load}.${name}(...args); }`)
        .join("\n");
    },
  };
  const input = Object.fromEntries(Object.keys(chunks).map((name) => [name, `${ENTRY}${name}`]));
  return { plugin, input };
}

function exportedFunctions(module: string): readonly string[] {
  const exported = [...readFileSync(module, "utf8").matchAll(/^export (.*)/gm)].map(([, rest = ""]) => rest);
  return exported
    .filter((rest) => !/^(?:declare )?(?:type|interface) /.test(rest))
    .map((rest) => {
      const name = /^(?:async )?function\*? (\w+)/.exec(rest)?.[1];
      if (name === undefined) throw new Error(`${module} exports more than functions: ${rest}`);
      return name;
    });
}

function refuseTwins(
  chunk: string,
  modules: readonly string[],
  functions: ReadonlyMap<string, readonly string[]>,
): void {
  const names = modules.flatMap((module) => functions.get(module) ?? []);
  const twin = names.find((name, index) => names.indexOf(name) < index);
  if (twin !== undefined) throw new Error(`the chunk ${chunk} has two functions ${twin}`);
}
