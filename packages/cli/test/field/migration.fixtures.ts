// The builds that compose and bake files describe, as far as the files of examples/migration go.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DockerfileBuild } from "@sti/testing/build-dockerfile";
import { parse } from "yaml";

/** The folder examples/migration. */
export const MIGRATION = new URL("../../../../examples/migration/", import.meta.url).pathname;

export interface ComposeService {
  readonly build?: string;
  readonly image: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

export function readCompose(folder: string): Readonly<Record<string, ComposeService>> {
  const { services } = parse(readFileSync(join(folder, "compose.yaml"), "utf8")) as {
    readonly services: Readonly<Record<string, ComposeService>>;
  };
  return services;
}

interface BakeTarget {
  readonly inherits?: readonly string[];
  readonly context: string;
  readonly dockerfile?: string;
  readonly target?: string;
  readonly tags: readonly string[];
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly contexts?: Readonly<Record<string, string>>;
}

/** In the order of the file. Variables have their defaults. */
export function readBake(folder: string): readonly DockerfileBuild[] {
  const text = readFileSync(join(folder, "docker-bake.hcl"), "utf8");
  const variables = new Map<string, string>();
  const targets = new Map<string, BakeTarget>();
  for (const [, kind = "", name = "", body = ""] of text.matchAll(/^(\w+) "(\w+)" \{\n([\s\S]*?)^\}/gm)) {
    const fields = readFields(body, variables);
    if (kind === "variable") variables.set(name, String(fields.default));
    if (kind === "target") {
      const own = fields as Partial<BakeTarget>;
      const base = targets.get(own.inherits?.[0] ?? "");
      targets.set(name, { ...base, ...own, args: { ...base?.args, ...own.args } } as BakeTarget);
    }
  }
  return [...targets.values()].map(({ context, dockerfile, labels, tags, target, args }) => ({
    context: join(folder, context),
    dockerfile,
    target,
    tags,
    args,
    labels,
  }));
}

/** Lines `KEY = VALUE`, whose values are JSON once names are quoted and variables replaced. */
function readFields(body: string, variables: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    body.split("\n").flatMap((line) => {
      const [, key = "", value = ""] = /^ {2}(\w+) = (.+)$/.exec(line) ?? [];
      if (key === "") return [];
      const json = value
        .replaceAll(/(\w+|"[^"]+") = /g, (_, name: string) => `${JSON.stringify(name.replaceAll('"', ""))}: `)
        .replaceAll(/: (\w+)/g, (_, name: string) => `: ${JSON.stringify(variables.get(name))}`);
      return [[key, JSON.parse(json) as unknown]];
    }),
  );
}
