// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of the files
import { expect, test } from "vitest";
import { readBake } from "./read-bake.ts";

const read = (content: object) => readBake(JSON.stringify(content), "docker-bake.json");

test("targets have all that they inherit, and a variable its default", () => {
  const { remarks, targets } = read({
    variable: { VERSION: { default: "1.2" }, EMPTY: {} },
    group: { default: { targets: ["api"] } },
    target: {
      base: { args: { VERSION: "${VERSION}", MODE: "fast" }, dockerfile: "docker/Dockerfile" },
      api: {
        inherits: ["base"],
        context: "./api",
        target: "prod",
        args: { MODE: "slow" },
        tags: ["acme/api:${VERSION}"],
        labels: { team: "core" },
        output: ["type=docker"],
      },
    },
  });
  expect(remarks).toEqual([]);
  expect(targets).toEqual([
    {
      name: "api",
      file: "docker-bake.json",
      build: {
        context: "api",
        dockerfile: "docker/Dockerfile",
        stage: "prod",
        args: { VERSION: { fromHost: "VERSION", default: "1.2" }, MODE: "slow" },
        labels: { team: "core" },
        tag: "acme/api:1.2",
        dependsOn: [],
      },
    },
  ]);
});

test.each([
  [{ platforms: ["linux/arm64"] }, "platforms: no counterpart in an entry of images"],
  [{ contexts: { base: "target:y" } }, "contexts: name the tag of the other entry in FROM and COPY --from"],
  [{ secret: ["id=x"] }, "secret: write it as secrets of the entry"],
  [{ network: "none" }, "network: write it as network of the entry"],
  [{ context: "https://example.com/x.git" }, "its context is not a folder: https://example.com/x.git"],
  [{ context: "../x" }, "its context is outside the folder: ../x"],
  [{ "dockerfile-inline": "FROM x" }, "dockerfile-inline: write the Dockerfile to a file of its own"],
  [{ tags: ["acme/x", "acme/x:2"] }, "tags acme/x:2: an image has one tag; push others by sti push"],
  [{ tags: ["acme/x:${COMMIT}"] }, "tag acme/x:${COMMIT} needs the variable COMMIT"],
  [{ inherits: ["gone"] }, "inherits from itself, or from a target that is not there"],
  [{ inherits: ["x"] }, "inherits from itself, or from a target that is not there"],
])("%j is listed: %s", (target, reason) => {
  expect(read({ target: { x: target } }).remarks).toEqual([{ place: "docker-bake.json, x", reason }]);
});

test("dollars without a brace are text, and so are doubled ones with it", () => {
  const args = { A: "$HOME", B: "$$x", C: "$${HOME}", D: "${HOME}" };
  expect(read({ target: { x: { args } } })).toMatchObject({
    remarks: [],
    targets: [{ build: { args: { A: "$HOME", B: "$$x", C: "${HOME}", D: { fromHost: "HOME" } } } }],
  });
});

test("bases that share bases are merged once each", () => {
  const target: Record<string, object> = { t0: { args: { A: "1" } } };
  for (let level = 1; level <= 40; level += 1)
    target[`t${level}`] = { inherits: [`t${level - 1}`, `t${level - 1}`] };
  expect(read({ target }).targets).toMatchObject([{ name: "t40", build: { args: { A: "1" } } }]);
});

test.each(["", "[]", "{", `{"target":${"[".repeat(50_000)}`])(
  "text that is no file of bake is a remark",
  (text) => {
    expect(readBake(text, "docker-bake.json")).toEqual({
      targets: [],
      remarks: [{ place: "docker-bake.json", reason: "is not a JSON object" }],
    });
  },
);
