import { expect, test } from "vitest";
import { LABEL } from "./labels.ts";
import { disown, provesKey } from "./proof.ts";

const entry = (createdBy: string, comment = "") => ({ createdBy, comment });

test.each([
  ["BuildKit's instruction", entry("LABEL sti.key=k1", "buildkit.dockerfile.v0"), true],
  ["Podman's instruction", entry("/bin/sh -c #(nop) LABEL sti.key=k1"), true],
  ["Podman's labels of a call", entry('/bin/sh -c #(nop) LABEL "sti.managed"="1" "sti.key"="k1"'), true],
  ["the comment of a commit", entry("/usr/bin/run", "sti: /usr/bin/prepare sti.key=k1"), true],
  ["another key", entry("LABEL sti.key=k12"), false],
  ["an instruction that only names the label", entry("LABEL sti.key="), false],
  ["somebody's commit", entry("/usr/bin/run"), false],
])("%s as the newest step proves the key or not", (_, newest, proves) => {
  expect(provesKey([newest, entry("ENV A=1")], "k1")).toBe(proves);
});

test.each([
  [
    "labels of the same call",
    ['/bin/sh -c #(nop) LABEL "sti.kind"="app"', '/bin/sh -c #(nop) LABEL "sti.key"="k1"'],
    true,
  ],
  [
    "a label of the call, and the instruction",
    ['#(nop) LABEL "org.opencontainers.image.title"="a"', "#(nop) LABEL sti.key=k1"],
    true,
  ],
  ["a label of somebody's call", ['#(nop) LABEL "team"="a"', '#(nop) LABEL "sti.key"="k1"'], false],
  ["a label of somebody's Dockerfile", ["#(nop) LABEL sti.kind=app", "#(nop) LABEL sti.key=k1"], false],
  ["a step between", ['#(nop) LABEL "sti.kind"="app"', "RUN true", "#(nop) LABEL sti.key=k1"], false],
])("Podman writes labels of a call one by one: %s above the key", (_, steps, proves) => {
  expect(
    provesKey(
      steps.map((step) => entry(step)),
      "k1",
    ),
  ).toBe(proves);
});

test("an older step, and no history, prove nothing", () => {
  expect(provesKey([entry("CMD x"), entry("LABEL sti.key=k1")], "k1")).toBe(false);
  expect(provesKey([], "k1")).toBe(false);
});

test("a disowned image keeps all labels but those of sti, under each of its names", () => {
  const image = (id: string) => ({
    id,
    tags: [],
    digests: [],
    size: 1,
    labels: { [LABEL.managed]: "1", [LABEL.key]: "k1", own: "1" },
  });
  const [ours, heir] = [image("sha256:1"), image("sha256:2")];
  const facts = {
    engine: undefined,
    images: new Map([
      ["a", ours],
      ["b", heir],
      ["c", heir],
    ]),
  };
  const { images } = disown(facts, new Set([heir.id]));
  expect(images.get("a")).toBe(ours);
  expect([images.get("b")?.labels, images.get("c")?.labels]).toEqual([{ own: "1" }, { own: "1" }]);
});
