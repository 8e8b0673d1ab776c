// Puts modules that are always loaded together into one chunk. To find, read and link a file costs more than what it
// holds; left alone, the bundler makes a chunk of everything that two commands share.
import type { CodeSplittingNameFunction } from "rolldown";

/**
 * `roots`: by name of the chunk, the modules that are loaded with all that they import. The first one that fits counts.
 * What `entry` imports is loaded first of all, and stays with it.
 */
export function groupModules(
  entry: string,
  roots: Readonly<Record<string, string | readonly string[]>>,
): CodeSplittingNameFunction {
  let groups: ReadonlyMap<string, string> | undefined;
  return (id, context) => {
    const importsOf = (module: string) => context.getModuleInfo(module)?.importedIds ?? [];
    groups ??= new Map(
      Object.entries(roots)
        .reverse()
        .flatMap(([name, modules]) =>
          [modules]
            .flat()
            .flatMap((root) => [...importedBy(root, importsOf)].map((module) => [module, name] as const)),
        )
        .filter(([module]) => !importedBy(entry, importsOf).has(module)),
    );
    return groups.get(id) ?? null;
  };
}

/** The module and all that it imports, directly or not, except for modules loaded later. */
function importedBy(root: string, importsOf: (module: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [root];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    if (found.has(module)) continue;
    found.add(module);
    open.push(...importsOf(module));
  }
  return found;
}
