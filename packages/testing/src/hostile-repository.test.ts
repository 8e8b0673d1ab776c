// The kit itself: that its plants would harm a careless program.
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GIT_PLANTS } from "./hostile-git.ts";
import { describeTree, groupPlants, HOSTILE_PLANTS, plantAll } from "./hostile-repository.ts";
import { STATE_PLANTS } from "./hostile-state.ts";

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sti-hostile-")));
});
afterEach(() => rmSync(root, { recursive: true }));

/** As somebody who is not careful; how it ends is of no interest. */
function careless(folder: string, ...args: readonly string[]): void {
  spawnSync("git", args, { cwd: folder, stdio: "ignore", timeout: 10_000 });
}

const ran = (checkout: number) =>
  readdirSync(join(root, "outside", `of-${checkout}`)).filter((name) => name.startsWith("RAN-"));

test("everything can be planted, those that stop commands alone and the others in a few checkouts", () => {
  const checkouts = plantAll(root, { images: [{ id: "sha256:1", layers: [] }] });
  expect(checkouts.flatMap(({ plants }) => plants)).toHaveLength(HOSTILE_PLANTS.length);
  const shared = checkouts.filter(({ plants }) => plants.every((plant) => !plant.stops));
  expect(shared.length).toBeLessThanOrEqual(5);
  for (const { plants } of checkouts)
    expect(plants.length === 1 || plants.every((one) => !one.stops)).toBe(true);
  expect(new Set(HOSTILE_PLANTS.map(({ name }) => name)).size).toBe(HOSTILE_PLANTS.length);
});

test("plants that take the same place, or one inside the other, are not planted together", () => {
  const plant = (name: string, takes: string, stops = false) =>
    ({ name, about: "files", takes: [takes], stops, plant: () => {} }) as const;
  const groups = groupPlants([
    plant("a", "x"),
    plant("b", "x/y"),
    plant("c", "xy"),
    plant("d", "z", true),
    plant("e", "x/z"),
  ]);
  expect(groups.map((group) => group.map(({ name }) => name))).toEqual([["a", "c"], ["b", "e"], ["d"]]);
});

test.each(GIT_PLANTS.filter(({ stops }) => !stops))("git alone would run programs of $name", (plant) => {
  const [checkout] = plantAll(root, { plants: [plant] });
  careless(checkout?.folder ?? "", "status", "--porcelain");
  careless(checkout?.folder ?? "", "log", "-1");
  careless(checkout?.folder ?? "", "diff");
  expect(ran(1).some((name) => name.includes("filter.clean"))).toBe(true);
  expect(ran(1).some((name) => name.includes("gpg.program"))).toBe(true);
  expect(ran(1).some((name) => name.includes("diff."))).toBe(true);
});

test("git alone would run a program of a fetched repository", () => {
  const plants = STATE_PLANTS.filter(({ name }) => name.startsWith("a fetched repository"));
  const [checkout] = plantAll(root, { plants });
  const git = join(checkout?.folder ?? "", ".sti/git");
  const [repository = ""] = readdirSync(git);
  careless(root, `--git-dir=${join(git, repository)}`, "show", "--no-patch", repository.split("-")[1] ?? "");
  expect(ran(1)).toEqual(["RAN-fetched-gpg.program"]);
});

test("a change of anything beside a checkout is seen", () => {
  plantAll(root, { plants: STATE_PLANTS });
  const before = describeTree(join(root, "outside"));
  expect(describeTree(join(root, "outside"))).toEqual(before);
  const [folder = ""] = readdirSync(join(root, "outside"));
  appendFileSync(join(root, "outside", folder, "new"), "");
  expect(describeTree(join(root, "outside"))).not.toEqual(before);
  execFileSync("rm", [join(root, "outside", folder, "new")]);
  expect(describeTree(join(root, "outside"))).toEqual(before);
});
