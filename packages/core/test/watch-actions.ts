// Random sequences of events in the world of a watch.
import fc from "fast-check";
import type { OnBusy } from "../src/watch/watch-ports.ts";
import { checkTruth } from "./check-truth.ts";
import type { World } from "./watch-world.ts";
import { type Definitions, NAMES } from "./world-content.ts";

type Action = (world: World) => void;

export const name = fc.constantFrom(...NAMES);

export const content = fc.nat(12);

export const seed = fc.nat();

const path = fc.constantFrom("x", "y");

const definitions: fc.Arbitrary<Definitions> = fc
  .tuple(...NAMES.map(() => fc.record({ isThere: fc.boolean(), version: fc.nat(1), needs: fc.nat(31) })))
  .map((written) => {
    const there = NAMES.filter((_, index) => index === 0 || written[index]?.isThere);
    return new Map(
      there.map((one, index) => {
        const { needs = 0, version = 0 } = written[NAMES.indexOf(one)] ?? {};
        return [one, { version, needs: there.slice(0, index).filter((_, bit) => (needs >> bit) & 1) }];
      }),
    );
  });

/** Everything that can happen to a watch. */
const actions: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<[string, Action]> }[] = [
  action(6, "edits", fc.tuple(name, content, path), ([one, next, where]) => (world) => {
    world.edit(one, where, next);
  }),
  action(
    2,
    "edits several",
    fc.tuple(fc.subarray([...NAMES], { minLength: 2 }), content),
    ([names, next]) =>
      (world) => {
        for (const one of names) world.edit(one, "x", next);
      },
  ),
  action(
    2,
    "touches",
    fc.tuple(name, path),
    ([one, where]) =>
      (world) =>
        world.change([one], where),
  ),
  action(1, "removes the source", name, (one) => (world) => {
    world.write(one, { isReadable: false });
    world.change([one], "x");
  }),
  action(1, "edits unseen", fc.tuple(name, content), ([one, next]) => (world) => {
    world.write(one, { y: next, isReadable: true });
    for (const each of NAMES) world.noteChange(each);
    world.send({ kind: "everything-changed" });
  }),
  action(1, "loops", fc.tuple(name, seed), ([one, order]) => (world) => {
    for (let turn = 0; turn < 8; turn += 1) {
      world.send({ kind: "follow-up", isAtWork: true });
      world.edit(one, "y", turn * 5);
      world.send({ kind: "follow-up", isAtWork: false });
      world.wait(60);
      for (let left = 20; left > 0 && world.work(0, order + turn); left -= 1);
    }
  }),
  action(8, "works", fc.tuple(fc.nat(20), fc.nat(63)), ([index, choice]) => (world) => {
    world.work(index, choice);
  }),
  action(6, "waits", fc.constantFrom(1, 30, 60, 300, 3_000, 90_000), (time) => (world) => world.wait(time)),
  action(
    3,
    "asks",
    fc.tuple(fc.option(fc.subarray([...NAMES]), { nil: undefined }), fc.boolean()),
    ([targets, clean]) =>
      (world) => {
        for (const one of targets ?? NAMES) {
          world.losses.delete(one);
          world.noteChange(one);
          if (world.applied.has(one)) world.asked.add(one);
        }
        world.send({ kind: "rebuild-asked", targets, clean });
      },
  ),
  action(1, "changes the config", definitions, (next) => (world) => {
    world.config = next;
    world.isConfigBroken = false;
    world.send({ kind: "config-changed" });
  }),
  action(1, "breaks the config", fc.constant(undefined), () => (world) => {
    world.isConfigBroken = true;
    world.send({ kind: "config-changed" });
  }),
  action(1, "loses the engine", fc.constant(undefined), () => (world) => {
    world.isEngineUp = false;
  }),
  action(1, "has the engine back", fc.constant(undefined), () => (world) => {
    world.isEngineUp = true;
  }),
  action(1, "removes an image", name, (one) => (world) => {
    if (!world.images.delete(one)) return;
    world.isTampered = true;
  }),
  action(1, "follows up", fc.boolean(), (isAtWork) => (world) => {
    world.send({ kind: "follow-up", isAtWork });
  }),
  action(1, "comes to rest", seed, (order) => (world) => {
    world.drain(order);
    checkTruth(world);
  }),
];

function action<Value>(
  weight: number,
  label: string,
  values: fc.Arbitrary<Value>,
  act: (value: Value) => Action,
): { readonly weight: number; readonly arbitrary: fc.Arbitrary<[string, Action]> } {
  const arbitrary = values.map((value): [string, Action] => [
    `${label} ${JSON.stringify(value instanceof Map ? [...value] : value) ?? ""}`,
    act(value),
  ]);
  return { weight, arbitrary };
}

class Step implements fc.Command<object, World> {
  readonly #label: string;
  readonly #act: Action;
  constructor([label, act]: [string, Action]) {
    this.#label = label;
    this.#act = act;
  }
  check(): boolean {
    return true;
  }
  run(_: object, world: World): void {
    this.#act(world);
  }
  toString(): string {
    return this.#label;
  }
}

export const steps = fc.commands(
  actions.flatMap(({ arbitrary, weight }) =>
    Array.from({ length: weight }, () => arbitrary.map((one) => new Step(one))),
  ),
  { maxCommands: 60, size: "max" },
);

export const worlds = fc.record({
  config: definitions,
  onBusy: fc.constantFrom<OnBusy>("restart", "queue"),
  concurrency: fc.integer({ min: 1, max: 3 }),
});
