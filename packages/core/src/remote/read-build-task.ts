// The shape of a task that came from another machine. A signature says who has written it, and nothing of what it is.
import * as z from "zod";
import type { AppTarget, ImageTarget } from "../definition/target.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { type BuildTask, TASK_VERSION } from "./build-task.ts";

/** A schema for each field of a type: a new field of the type is missed by the compiler. */
type Fields<Shape> = Readonly<Record<keyof Shape, z.ZodType>>;

const text = z.string();
const texts = z.array(text);
const flag = z.boolean();
const number = z.number();
const values = z.record(text, text);
const path = z.array(z.union([text, number]));
const reference = z.looseObject({
  full: text,
  short: text,
  repository: text,
  tag: text.optional(),
  digest: text.optional(),
});
const digest = text.regex(/^sha256:[0-9a-f]{64}$/);
const hash = text.regex(/^[0-9a-f]{64}$/);
const blob = z.looseObject({ digest, size: z.int().min(0) });
const network = z.enum(["default", "none", "host"]);

const target = {
  name: text.min(1),
  platforms: texts.optional(),
  platform: z.looseObject({ name: text, all: texts, declared: text }).optional(),
  variantOf: text.optional(),
  path,
  tag: reference,
  labels: values,
  dependsOn: texts,
  pull: z.enum(["missing", "always", "never"]),
  push: flag.optional(),
  secrets: z.record(text, z.looseObject({})),
  hostTrust: flag,
  attest: z.looseObject({ provenance: flag, sbom: flag }),
  unset: z.array(z.never()),
};

const limits = z.looseObject({
  network,
  hosts: texts,
  memory: number.optional(),
  cpus: number.optional(),
  timeout: number.optional(),
  user: text.optional(),
  capDrop: texts,
  noNewPrivileges: flag,
  platform: text.optional(),
  allowedUids: z.array(z.tuple([number, number])).optional(),
});

const from = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("path"), path: text }),
  z.looseObject({
    kind: z.literal("git"),
    url: text,
    ref: text.optional(),
    dir: text,
    submodules: flag,
    local: flag,
  }),
  z.looseObject({ kind: z.literal("workspace"), package: text, root: text.optional() }),
]);

const use = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("reference"), reference }),
  z.looseObject({ kind: z.literal("target"), name: text }),
]);

const app = {
  ...target,
  kind: z.literal("app"),
  source: z.array(z.looseObject({ from, to: text, path })).min(1),
  ignore: texts,
  buildImage: use,
  runtimeImage: use.optional(),
  method: z.enum(["dockerfile", "container"]),
  buildTag: reference.optional(),
  artifactsTag: reference.optional(),
  env: values,
  allowPlain: texts.optional(),
  buildEnv: values,
  git: z.looseObject({ inKey: flag }).optional(),
  limits,
  incremental: z.union([flag, z.literal("required")]),
  artifacts: z.looseObject({ size: number, time: number }),
  caches: z.array(z.looseObject({ id: text, target: text })),
  dependencies: z.union([z.looseObject({ inputs: texts }), z.literal(false)]).optional(),
  scripts: text,
  dev: z.undefined().optional(),
  checks: z.undefined().optional(),
  compare: z.looseObject({ ignore: texts, mask: z.array(z.looseObject({ files: texts, pattern: text })) }),
} satisfies Fields<AppTarget>;

const image = {
  ...target,
  kind: z.literal("image"),
  context: text,
  dockerfile: text,
  args: values,
  stage: text.optional(),
  network,
} satisfies Fields<ImageTarget>;

const needed = {
  role: z.enum(["build-image", "runtime-image", "dockerfile"]),
  reference: text,
  short: text,
  target: text.optional(),
  path,
} satisfies Fields<NeededImage>;

const node = z.looseObject({
  target: z.discriminatedUnion("kind", [z.looseObject(app), z.looseObject(image)]),
  dependencies: texts,
  dependents: texts,
  images: z.array(z.looseObject(needed)),
} satisfies Fields<TargetNode>);

const index = z.int().min(0);
const dockerfile = z.looseObject({
  text,
  stages: z.array(z.looseObject({ name: text.optional(), line: index, fromEnd: index })),
  images: z.array(z.looseObject({ name: text, offset: index })),
  runs: z.array(z.looseObject({ line: index, flagsAt: index, hasNetwork: flag })),
  syntax: text.optional(),
  args: texts,
  takesWholeContext: flag,
  isComplete: flag,
});

const facts = z.looseObject({
  binaries: z.array(z.looseObject({ path: text, architecture: text })).optional(),
  checkout: z.looseObject({ url: text.optional(), commit: text }).optional(),
  git: z
    .union([
      z.looseObject({ commit: text, branch: text.optional(), tag: text.optional(), isDirty: flag }),
      z.looseObject({ problem: text }),
    ])
    .optional(),
  outside: z.array(z.looseObject({ file: text, path: text })).optional(),
  revision: z.looseObject({ url: text.optional(), commit: text, commitTime: number }).optional(),
});

const lockEntry = z.looseObject({ digest: text.optional(), id: text, platform: text, short: text });

const task = z.looseObject({
  version: z.literal(TASK_VERSION),
  session: text,
  node,
  dependencies: z.array(z.looseObject({ node, key: hash, digest })),
  dockerfile: dockerfile.optional(),
  key: hash,
  platform: z.looseObject({ os: text, architecture: text, variant: text.optional() }),
  source: z.looseObject({ digest: hash, packed: blob, facts }),
  locked: z.array(z.tuple([text, lockEntry])),
  flags: z.looseObject({ clean: flag, force: flag, time: number }),
  store: z.looseObject({ repository: text, insecure: flag }),
} satisfies Fields<BuildTask>);

/** The problem follows "the task". */
export function readBuildTask(value: unknown): { readonly task: BuildTask } | { readonly problem: string } {
  const read = task.safeParse(value);
  // Its fields are those that the schema has just found; what it does not name comes through.
  if (read.success) return { task: value as BuildTask };
  const [issue] = read.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.map(String).join(".")}: `;
  return { problem: `has another shape than tasks of this version of sti: ${place}${issue?.message ?? ""}` };
}
