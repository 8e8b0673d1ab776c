// `sti cache`: lists the results in the shared store of the config, and removes them.
import { RegistryError, type ResultStore, type StoredImage } from "@sti/core";
import { connectStore } from "../engine/open-store.ts";
import { reportFailures } from "../print/report-failures.ts";
import { printRemoval, printStore, type StoreDocument, toStoreItem } from "../print/store-report.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { loadGraph } from "../project/load-project.ts";
import { projectOptions } from "../project/project-options.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { chooseOutdated, judgeTime } from "./choose-outdated.ts";
import { pruneFiles } from "./prune-files.ts";

export interface CacheOptions extends ProjectFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** prune: age, milliseconds. */
  readonly olderThan?: number;
  /** prune: number of results of each target that stay. */
  readonly keepLast?: number;
}

/** The platform that is read where an image has several; results of sti have one. */
const PLATFORM = { os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" };

export type CacheAction = "ls" | "prune" | "rm";

/** Resolves to the exit code. `targets`: of rm. */
export async function runCache(
  action: CacheAction,
  targets: readonly string[],
  options: CacheOptions,
  context: CommandContext,
): Promise<number> {
  const wrong = checkUsage(action, targets, options);
  if (wrong !== undefined) return refuse(wrong, exitCodes.usage, context);
  const loaded = await loadGraph({
    ...projectOptions("cache", options, context),
    targets: [],
    method: undefined,
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  const { cache } = loaded.value.config;
  if (cache === undefined) {
    const example = 'cache: { image: "registry.example/acme/store" }';
    return refuse(`the config has no store\n  hint: add ${example}`, exitCodes.usage, context);
  }
  const { artifacts, close, store } = await connectStore(cache, context.env, PLATFORM);
  try {
    const listed = await store.list({ signal: context.signal });
    // By its own clock, not by this machine's: all who prune have it.
    const now = (action === "prune" ? await store.time({ signal: context.signal }) : undefined) ?? Date.now();
    const chosen = choose(action, listed, { targets, options, now });
    if ("problem" in chosen)
      return refuse(`${chosen.problem} in ${store.repository}`, exitCodes.usage, context);
    const { dryRun = false } = options;
    const images = await remove(store, listed, { ...chosen, dryRun, context });
    const files =
      action === "prune"
        ? await pruneFiles(artifacts, { ...options, isDry: dryRun, now, signal: context.signal })
        : undefined;
    const isDry = images.dryRun && (dryRun || (files?.removed ?? 0) === 0);
    const document: StoreDocument = { ...images, dryRun: isDry, files };
    if (options.json === true) context.stdout.write(formatJson(document, 2));
    else if (options.quiet !== true)
      context.stdout.write(action === "ls" ? printStore(document) : printRemoval(document));
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const hint = error.reason === "unsupported" ? "\n  hint: deletion is switched off in the registry" : "";
    return refuse(`${store.repository}: ${error.message}${hint}`, exitCodes.environment, context);
  } finally {
    await close();
  }
}

function checkUsage(
  action: CacheAction,
  targets: readonly string[],
  { keepLast, olderThan }: CacheOptions,
): string | undefined {
  const isLimited = keepLast !== undefined || olderThan !== undefined;
  if (action === "prune" && !isLimited) return "prune needs --older-than or --keep-last";
  if (action !== "prune" && isLimited) return "--older-than and --keep-last are for sti cache prune";
  if (action === "rm" && targets.length === 0) return "usage: sti cache rm TARGET…";
  return action !== "rm" && targets.length > 0 ? `usage: sti cache ${action}` : undefined;
}

type Chosen =
  | {
      readonly images: readonly StoredImage[];
      /** Why others are not among them. */
      readonly undecided?: ReadonlyMap<StoredImage, string>;
    }
  | { readonly problem: string };

function choose(
  action: CacheAction,
  listed: readonly StoredImage[],
  {
    now,
    options,
    targets,
  }: { readonly options: CacheOptions; readonly targets: readonly string[]; readonly now: number },
): Chosen {
  if (action === "ls") return { images: [] };
  if (action === "prune") {
    const undecided = listed.flatMap((image) => {
      const problem = judgeTime(image, now);
      return problem === undefined ? [] : [[image, problem] as const];
    });
    return { images: chooseOutdated(listed, options, now), undecided: new Map(undecided) };
  }
  const targetOf = (image: StoredImage) => toStoreItem(image).target ?? "";
  const unknown = targets.filter((name) => !listed.some((image) => targetOf(image) === name));
  if (unknown.length > 0) return { problem: `no result of ${unknown.map(sanitizeLine).join(", ")}` };
  return { images: listed.filter((image) => targets.includes(targetOf(image))) };
}

async function remove(
  store: ResultStore,
  listed: readonly StoredImage[],
  chosen: {
    readonly images: readonly StoredImage[];
    readonly undecided?: ReadonlyMap<StoredImage, string>;
    readonly dryRun: boolean;
    readonly context: CommandContext;
  },
): Promise<Omit<StoreDocument, "files">> {
  const { context, dryRun, images, undecided = [] } = chosen;
  const isDry = dryRun || images.length === 0;
  const removals = isDry ? [] : await store.remove(images, { signal: context.signal });
  const problems = new Map([
    ...undecided,
    ...images.flatMap((image, index) => {
      const removal = removals[index];
      return removal?.kind === "kept" ? [[image, removal.problem] as const] : [];
    }),
  ]);
  const isGone = (image: StoredImage) => images.includes(image) && !problems.has(image);
  return {
    schemaVersion: 1,
    repository: store.repository,
    dryRun: isDry,
    removed: listed.filter(isGone).map((image) => toStoreItem(image)),
    kept: listed.filter((image) => !isGone(image)).map((image) => toStoreItem(image, problems.get(image))),
  };
}

function refuse(message: string, exitCode: number, { stderr }: CommandContext): number {
  stderr.write(`sti: ${message}\n`);
  return exitCode;
}
