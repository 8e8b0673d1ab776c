// Every command of the program in checkouts that attack their builders: nothing of a checkout runs on this machine,
// nothing beside the checkout changes, nothing reaches the terminal, and every command ends by itself.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import {
  describeTree,
  HOSTILE_PLANTS,
  type HostileCheckout,
  type PlantOptions,
  plantAll,
} from "@sti/testing/hostile-repository";
import { type CliOptions, type CliRun, runSti, whenPrinted } from "@sti/testing/run-cli";
import { afterAll, beforeAll, expect, test } from "vitest";

const { endpoint, inspect, leftovers } = await withEngine("sti-hostile", { check: "none" });
const BUILDER = "sti-hostile/builder";
const APP = "sti-hostile/app";
/** Milliseconds. A machine with much to do is slow, but what hangs hangs for ever. */
const LIMIT = 120_000;
/** Number of commands run at a time. */
const AT_ONCE = 3;

let root: string;
let outside: string;
let env: Readonly<Record<string, string>>;
let known: NonNullable<PlantOptions["images"]>;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sti-hostile-")));
  outside = join(root, "outside");
  mkdirSync(join(outside, "home"), { recursive: true });
  // The user's own folders are watched as well, except sti's cache.
  env = {
    HOME: join(outside, "home"),
    XDG_CACHE_HOME: join(root, "cache"),
    XDG_CONFIG_HOME: join(outside, "home", ".config"),
    GITHUB_ACTIONS: "true",
  };
  known = await buildHonest();
  await removeApps();
  await leftovers.list();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("there is a call for each command of the program", async () => {
  const { stdout } = await runSti(["complete", ""]);
  const commands = stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0] ?? ""]));
  expect(commands.filter((name) => name !== "help").sort()).toEqual(
    Object.keys(CALLS)
      .filter((name) => name !== "complete")
      .sort(),
  );
});

test("no command runs, changes or prints what a hostile checkout wants", async () => {
  const checkouts = plantAll(root, { images: known });
  const untouched = describeTree(outside);
  const harm: string[] = [];
  // Those in which builds succeed have the tag in turn.
  const firstCalls = Object.entries(CALLS).flatMap(([name, calls]) =>
    ALONE.includes(name) ? calls.slice(0, 1) : [],
  );
  const [alone, together] = partition(checkouts, ({ plants }) => plants.some((plant) => plant.stops));
  for (const checkout of together) harm.push(...(await attack(checkout, Object.values(CALLS).flat())));
  await inTurns(alone, async (checkout) => {
    harm.push(...(await attack(checkout, firstCalls)));
  });
  const touched = describeTree(outside).filter((line) => !untouched.includes(line));
  const gone = untouched.filter((line) => !describeTree(outside).includes(line));
  expect({ harm, touched, gone }).toEqual({ harm: [], touched: [], gone: [] });
  await removeApps();
  await leftovers.expectNone();
});

/** Unwanted effects. */
async function attack(
  { folder, plants }: HostileCheckout,
  calls: readonly (readonly string[])[],
): Promise<readonly string[]> {
  const harm: string[] = [];
  const builds = plants.every((plant) => !plant.stops);
  if (builds) await removeApps();
  const name = plants.length === 1 ? plants[0]?.name : `${plants.length} plants, ${plants[0]?.name} first`;
  for (const args of calls) {
    const options = { cwd: folder, env, timeLimit: LIMIT, onOutput: stopWatch(args) };
    // It rejects where temporary files are left.
    const problems = await runSti(args, options).then(problemsOf, (error: Error) => [error.message]);
    for (const problem of problems) harm.push(`${name}: sti ${args.join(" ")}: ${problem}`);
    if (builds && args[0] === "run" && problems.length === 0 && !(await isBuilt())) {
      harm.push(`${name}: kept sti run from building`);
    }
    if (args[0] === "run" && (await hasPlantedConfig())) harm.push(`${name}: the image has a planted config`);
  }
  return harm;
}

function problemsOf({ exitCode, stderr, stdout }: CliRun): readonly string[] {
  const output = stdout + stderr;
  const problems: string[] = [];
  if (exitCode === null) problems.push("did not end by itself");
  if (exitCode === 70) problems.push(`went wrong itself: ${stderr}`);
  const unsafe =
    /[^\n\t\u{20}-\u{7e}\u{a0}-\u{200d}\u{2010}-\u{2027}\u{202f}-\u{2065}\u{206a}-\u{10ffff}]/u.exec(output);
  if (unsafe !== null)
    problems.push(`printed ${JSON.stringify(output.slice(unsafe.index - 20, unsafe.index + 20))}`);
  // Between these lines a CI takes nothing for an order.
  const heeded = output.replaceAll(/^::stop-commands::(\S+)$[\s\S]*?^::\1::$/gm, "");
  const order = /^\s*::error::owned.*|.*##\[error\]owned.*/m.exec(heeded);
  if (order !== null) problems.push(`printed an order: ${JSON.stringify(order[0])}`);
  return problems;
}

/** A watch ends when it is asked to. */
function stopWatch(args: readonly string[]): NonNullable<CliOptions["onOutput"]> {
  const isIdle = (output: string) => args[0] === "watch" && /watch-settled|config-broken/.test(output);
  return whenPrinted(isIdle, (kill) => kill("SIGINT")).onOutput;
}

async function isBuilt(): Promise<boolean> {
  return (await inspect(APP)) !== undefined;
}

async function hasPlantedConfig(): Promise<boolean> {
  return JSON.stringify((await inspect(APP)) ?? {}).includes("LD_PRELOAD");
}

async function removeApps(): Promise<void> {
  for (const tag of [APP, `${APP}-2`, `${APP}-3`])
    await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Builds the project of a checkout without plants. Ids of images are known to everybody who has seen them once. */
async function buildHonest(): Promise<typeof known> {
  const [honest] = plantAll(join(root, "honest"), { plants: HOSTILE_PLANTS.slice(0, 1) });
  if (honest === undefined) throw new Error("there is no checkout");
  rmSync(join(honest.folder, ".sti"));
  const run = await runSti(["run", "-q"], { cwd: honest.folder, env: { ...env, GITHUB_ACTIONS: "" } });
  expect(run).toMatchObject({ exitCode: 0 });
  const image = await inspect(BUILDER);
  if (image === undefined) throw new Error("the builder was not built");
  rmSync(join(root, "honest"), { recursive: true });
  return [{ id: image.Id, layers: image.RootFS.Layers }];
}

/** Nothing listens there. */
const NO_QUEUE = "redis://127.0.0.1:1";
/** Arguments of each command, one call after the other. A command that is not here fails the first test. */
const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  run: [
    ["run", "--reporter", "plain", "--verbose"],
    ["run"],
    ["run", "--on", NO_QUEUE],
    ["run", "--on", NO_QUEUE, "--detach"],
  ],
  attach: [["attach"]],
  watch: [["watch", "--reporter", "ndjson"]],
  plan: [["plan"], ["plan", "--offline", "--json"], ["plan", "--files", "app"], ["plan", "--affected"]],
  why: [["why"], ["why", "--history"]],
  push: [["push"]],
  build: [["build", "./app", BUILDER, `${APP}-2`]],
  lock: [["lock"]],
  validate: [["validate", BUILDER]],
  usage: [
    ["usage", BUILDER],
    ["usage", "--json", BUILDER],
  ],
  compare: [
    ["compare", BUILDER, BUILDER],
    ["compare", "app", "--repro"],
  ],
  promote: [["promote", "app", "--to", `${APP}-3`]],
  init: [["init"], ["init", "--yes", "--quiet", "-C", "app"]],
  builders: [
    ["builders", "ls"],
    ["builders", "add", "shell"],
    ["builders", "update", "--force"],
  ],
  worker: [["worker"]],
  queue: [["queue", "status"]],
  ci: [["ci", "json"]],
  doctor: [["doctor"]],
  clean: [["clean"]],
  cache: [["cache", "ls"]],
  attest: [["attest", "show", APP]],
  logs: [["logs", "app"]],
  debug: [["debug", "app"]],
  completion: [["completion", "bash"]],
  complete: [["complete", "run", ""]],
};

/**
 * Commands that are run for each plant that keeps a checkout from being built. All commands read a checkout as these do;
 * with STI_EVERY_COMMAND in the environment they are all run, which takes minutes more.
 */
const ALONE = process.env.STI_EVERY_COMMAND === undefined ? ["run", "plan"] : Object.keys(CALLS);
