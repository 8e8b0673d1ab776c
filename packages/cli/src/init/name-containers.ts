// Names of containers of the proposed config, for the services of a compose file that depend on each other. Pure.
import { breakCycles } from "./choose-names.ts";
import type { ChosenApp, ChosenImage } from "./choose-targets.ts";
import type { ComposeRun } from "./inspection.ts";

/** With its name in the compose file, and in the config. */
type Named<Chosen> = Chosen & { readonly wanted: string; readonly name: string };

export interface ContainerNames {
  /** The config's name of a service that the container `name` depends on; undefined where the config cannot say so. */
  dependencyOf(name: string, service: string): string | undefined;
  /** The names by which others know a container that has another name in the config. */
  aliasesOf(container: { readonly wanted: string }): readonly string[];
}

export function createContainerNames({
  apps,
  images,
  runs,
}: {
  readonly apps: readonly Named<ChosenApp>[];
  readonly images: readonly Named<ChosenImage>[];
  readonly runs: readonly Named<ComposeRun>[];
}): ContainerNames {
  const all = [...apps, ...images, ...runs].flatMap(({ dev, name, wanted }) =>
    dev === undefined ? [] : [{ name, wanted, needs: dev.dependsOn }],
  );
  const byWanted = new Map(all.map(({ name, wanted }) => [wanted, name]));
  const kept = breakCycles(
    new Map(all.map(({ name, needs }) => [name, needs.flatMap((one) => byWanted.get(one) ?? [])])),
  );
  return {
    dependencyOf(name, service) {
      const other = byWanted.get(service);
      return other !== undefined && kept.get(name)?.includes(other) === true ? other : undefined;
    },
    aliasesOf: ({ wanted }) => (byWanted.has(wanted) ? [wanted] : []),
  };
}
