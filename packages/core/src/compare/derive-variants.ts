// Derives from apps the pairs of variants that a comparison builds: other bases, both methods, twice the same, with
// artifacts and without. Pure; building and comparing them is done elsewhere.
import { deriveBuildTag, type ImageReference, parseImageReference } from "../definition/image-reference.ts";
import { describeMethod, type Method } from "../definition/method.ts";
import type { AppTarget, ImageUse } from "../definition/target.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import { suggest } from "../failure/suggest.ts";
import type { NeededImage, TargetGraph, TargetNode } from "../graph/target-graph.ts";

/** The difference between the two variants of an app. */
export type VariantRequest =
  | {
      readonly kind: "bases";
      /** As written: two images, one to compare with the config's own, or "OLD=NEW" for every app that uses OLD. */
      readonly buildImages: readonly string[];
      readonly runtimeImages: readonly string[];
    }
  | { readonly kind: "methods" }
  | { readonly kind: "repro" }
  | { readonly kind: "incremental" };

export interface Variant {
  /** With a name and a tag of its own; everything but the compared setting is the app's. */
  readonly target: AppTarget;
  /** For people: "acme/node-builder:next", "container method". */
  readonly label: string;
  /** Whether it gets the artifacts of the image that has the app's tag now. */
  readonly isIncremental: boolean;
}

/** Two variants of an app; `a` is the reference for `b`. */
export interface VariantPair {
  /** As the config declares it. */
  readonly app: AppTarget;
  readonly a: Variant;
  readonly b: Variant;
  /** The variant that provides b's artifacts, if the app has no image that could. */
  readonly seed?: Variant | undefined;
  /** Whether b is built after a, so that a time that is built in differs. */
  readonly isOrdered: boolean;
}

type RoleKey = "buildImage" | "runtimeImage";
const OPTION = { buildImage: "--build-image", runtimeImage: "--runtime-image" } as const;
const ROLE = { buildImage: "build-image", runtimeImage: "runtime-image" } as const;

/** `selected`: names; those that are no apps are left out. `tagOf`: gives each variant its tag. */
export function deriveVariants(
  graph: TargetGraph,
  request: VariantRequest,
  options: {
    readonly selected: readonly string[];
    readonly tagOf: (name: string, number: number) => ImageReference;
  },
): Result<readonly VariantPair[]> {
  const nodes = options.selected
    .map((name) => graph.nodes.get(name))
    .filter((node): node is AppNode => node?.target.kind === "app");
  const sides =
    request.kind === "bases" ? baseSides(graph, nodes, request) : success(fixedSides(nodes, request));
  if (!sides.ok) return sides;
  let number = 0;
  const variant = (app: AppTarget, side: Side): Variant => {
    const name = `${app.name}@${side.suffix}`;
    number += 1;
    const tag = options.tagOf(name, number);
    const target = { ...app, ...side.changes };
    const buildTag = target.runtimeImage === undefined ? undefined : deriveBuildTag(tag);
    return {
      // A variant is no release.
      target: { ...target, name, variantOf: app.name, tag, buildTag, push: false },
      label: side.label,
      isIncremental: side.isIncremental === true,
    };
  };
  return success(
    sides.value.map(({ app, a, b }) => ({
      app,
      a: variant(app, a),
      b: variant(app, b),
      ...(request.kind === "incremental" ? { seed: variant(app, SEED) } : {}),
      isOrdered: request.kind === "repro",
    })),
  );
}

type AppNode = TargetNode & { readonly target: AppTarget };

interface Side {
  /** Makes the variant's name. */
  readonly suffix: string;
  readonly label: string;
  readonly changes: Partial<Pick<AppTarget, "buildImage" | "runtimeImage" | "method" | "incremental">>;
  readonly isIncremental?: boolean;
}

const SEED: Side = { suffix: "previous", label: "previous build", changes: {} };

interface Sides {
  readonly app: AppTarget;
  readonly a: Side;
  readonly b: Side;
}

function fixedSides(
  nodes: readonly AppNode[],
  { kind }: Exclude<VariantRequest, { kind: "bases" }>,
): readonly Sides[] {
  return nodes.map(({ target: app }) => {
    switch (kind) {
      case "methods":
        return {
          app,
          a: methodSide("dockerfile"),
          b: methodSide("container"),
        };
      case "repro":
        return {
          app,
          a: { suffix: "first", label: "first build", changes: {} },
          b: { suffix: "second", label: "second build", changes: {} },
        };
      case "incremental":
        return {
          app,
          a: { suffix: "clean", label: "clean", changes: { incremental: false } },
          b: {
            suffix: "incremental",
            label: "incremental",
            changes: { incremental: app.incremental === false ? true : app.incremental },
            isIncremental: true,
          },
        };
      default:
        return kind satisfies never;
    }
  });
}

function methodSide(method: Method): Side {
  return { suffix: method, label: describeMethod(method), changes: { method } };
}

/** One image in the place of another, for the apps that use that. */
interface Replacement {
  readonly key: RoleKey;
  readonly written: string;
  readonly old: string;
  readonly next: NamedUse;
}

interface NamedUse {
  readonly use: ImageUse;
  readonly label: string;
}

function baseSides(
  graph: TargetGraph,
  nodes: readonly AppNode[],
  { buildImages, runtimeImages }: Extract<VariantRequest, { kind: "bases" }>,
): Result<readonly Sides[]> {
  const failures: Failure[] = [];
  const written = [
    ...buildImages.map((value) => ({ key: "buildImage" as const, value })),
    ...runtimeImages.map((value) => ({ key: "runtimeImage" as const, value })),
  ];
  const refuse = (key: RoleKey, value: string, message: string): undefined => {
    failures.push({ code: "variant-invalid", option: OPTION[key], value, message });
  };
  const read = (key: RoleKey, value: string): NamedUse | undefined => {
    if (graph.nodes.has(value)) return { use: { kind: "target", name: value }, label: value };
    const parsed = parseImageReference(value);
    if ("problem" in parsed) return refuse(key, value, parsed.problem);
    return { use: { kind: "reference", reference: parsed.reference }, label: parsed.reference.short };
  };
  const replacing = written.filter(({ value }) => value.includes("="));
  if (replacing.length > 0 && replacing.length < written.length) {
    const { key, value } = written.find((one) => !one.value.includes("=")) as (typeof written)[number];
    refuse(key, value, "cannot be given beside OLD=NEW");
    return failed(failures);
  }
  if (replacing.length > 0) {
    const replacements = replacing.flatMap(({ key, value }): readonly Replacement[] => {
      const old = value.slice(0, value.indexOf("="));
      const next = read(key, value.slice(old.length + 1));
      if (next === undefined) return [];
      if (!nodes.some((node) => usesImage(node, ROLE[key], old))) {
        const used = nodes.flatMap((node) => namesOf(node, ROLE[key]));
        const known = suggest(old, used);
        const hint = known === undefined ? "" : `; did you mean ${known}?`;
        refuse(key, value, `no selected app uses ${old} as ${ROLE[key].replace("-", " ")}${hint}`);
      }
      return [{ key, written: value, old, next }];
    });
    if (failures.length > 0) return failed(failures);
    return success(nodes.flatMap((node) => replacedSides(node, replacements) ?? []));
  }
  const uses = { buildImage: [] as NamedUse[], runtimeImage: [] as NamedUse[] };
  for (const { key, value } of written) {
    const use = read(key, value);
    if (use !== undefined) uses[key].push(use);
    if (uses[key].length > 2) refuse(key, value, "is the third: two images are compared");
  }
  if (failures.length > 0) return failed(failures);
  return success(nodes.map((node) => chosenSides(node, uses)));
}

/** Undefined for an app that uses none of the images. */
function replacedSides(node: AppNode, replacements: readonly Replacement[]): Sides | undefined {
  const own = replacements.filter(({ key, old }) => usesImage(node, ROLE[key], old));
  if (own.length === 0) return undefined;
  const before = own.map(({ key }) => configuredImage(node, key)?.short ?? "");
  const changes = Object.fromEntries(own.map(({ key, next }) => [key, next.use]));
  const label = own.map(({ next }) => next.label).join(" + ");
  return {
    app: node.target,
    a: { suffix: "a", label: before.join(" + "), changes: {} },
    b: { suffix: "b", label, changes },
  };
}

/** One image is compared with the config's own, two with each other. */
function chosenSides(node: AppNode, uses: Readonly<Record<RoleKey, readonly NamedUse[]>>): Sides {
  const side = (index: 0 | 1): Side => {
    const changes: { buildImage?: ImageUse; runtimeImage?: ImageUse } = {};
    const labels: string[] = [];
    for (const key of ["buildImage", "runtimeImage"] as const) {
      const given = uses[key];
      if (given.length === 0) continue;
      const chosen = given.length === 2 ? given[index] : [undefined, given[0]][index];
      if (chosen !== undefined) changes[key] = chosen.use;
      labels.push(chosen?.label ?? configuredImage(node, key)?.short ?? "no runtime image");
    }
    return { suffix: "ab"[index] as string, label: labels.join(" + "), changes };
  };
  return { app: node.target, a: side(0), b: side(1) };
}

function configuredImage(node: TargetNode, key: RoleKey): NeededImage | undefined {
  return node.images.find(({ role }) => role === ROLE[key]);
}

/** Whether an app's image is meant: by the name of the target that makes it, or by its reference. */
function usesImage(node: TargetNode, role: NeededImage["role"], name: string): boolean {
  const parsed = parseImageReference(name);
  const full = "reference" in parsed ? parsed.reference.full : undefined;
  return node.images.some(
    (image) =>
      image.role === role && (image.target === name || image.reference === full || image.short === name),
  );
}

function namesOf(node: TargetNode, role: NeededImage["role"]): readonly string[] {
  return node.images.filter((image) => image.role === role).map(({ short, target }) => target ?? short);
}
