import { type Failure, resolveTargets } from "@sti/core";
import { expect, test } from "vitest";
import {
  type BuildArguments,
  configOfArguments,
  describeArgumentFailure,
  nameOfTag,
  placeOnArguments,
} from "./build-arguments.ts";

const ARGS: BuildArguments = { source: "../api", image: "acme/builder", tag: "acme/api:dev" };

function problemsOf(changes: Partial<BuildArguments>, environment = {}): readonly string[] {
  const written = configOfArguments({ ...ARGS, ...changes }, environment);
  return "problems" in written ? written.problems : [];
}

test("the arguments are the config of one app", () => {
  expect(configOfArguments(ARGS, {})).toEqual({
    config: {
      apps: {
        api: {
          source: "../api",
          allowOutside: true,
          buildImage: "acme/builder",
          tag: "acme/api:dev",
          env: {},
          secrets: {},
        },
      },
    },
  });
});

test("secrets are taken from the environment or from files, and never from the command line", () => {
  const written = configOfArguments(
    { ...ARGS, secret: ["NPM_TOKEN", "key=../key.pem"], network: "none" },
    {},
  );
  expect(written).toMatchObject({
    config: {
      apps: {
        api: { secrets: { NPM_TOKEN: { env: "NPM_TOKEN" }, key: { file: "../key.pem" } }, network: "none" },
      },
    },
  });
  expect(configOfArguments({ ...ARGS, secret: ["../x"] }, {})).toEqual({
    problems: [`--secret "../x" is not a name: use letters, digits, '_', '.' and '-'`],
  });
});

test("a source outside of the current folder is accepted", () => {
  const written = configOfArguments(ARGS, {});
  if ("problems" in written) throw new Error(written.problems.join());
  expect(resolveTargets(written.config)).toMatchObject({ ok: true });
});

test.each([
  ["acme/api:dev", "api"],
  ["api", "api"],
  ["registry.acme.test:5000/shop/api.v2", "api.v2"],
])("the app of the tag %s is called %s", (tag, name) => {
  expect(nameOfTag(tag)).toBe(name);
});

test("a variable has the value it is given, or the environment's; the last one counts", () => {
  const env = ["A=1", "B=x=y", "C", "A=2", "D="];
  const written = configOfArguments({ ...ARGS, env }, { C: "from outside" });
  expect(written).toMatchObject({
    config: { apps: { api: { env: { A: "2", B: "x=y", C: "from outside", D: "" } } } },
  });
});

test("every wrong argument is named, all at once", () => {
  expect(
    problemsOf({
      source: "",
      image: "Acme/Builder",
      tag: `acme/api@sha256:${"a".repeat(64)}`,
      runtimeImage: "a b",
      env: ["GONE", "1=2"],
    }),
  ).toEqual([
    expect.stringMatching(/^SOURCE is empty/),
    expect.stringMatching(/^IMAGE "Acme\/Builder" /),
    expect.stringMatching(/^TAG .* has a digest/),
    expect.stringMatching(/^--runtime-image "a b" /),
    expect.stringMatching(/^--env GONE is not set/),
    expect.stringMatching(/^--env "1=2" names no variable/),
  ]);
});

test("failures are reported by argument, not by a config that nobody wrote", () => {
  const missing: Failure = {
    code: "source-missing",
    target: "api",
    path: ["apps", "api", "source"],
    file: "/x",
  };
  const cycle: Failure = {
    code: "graph-cycle",
    path: ["apps", "api", "buildImage"],
    names: ["api", "api"],
    edges: [{ path: ["apps", "api", "buildImage"] }],
    cut: 0,
  };
  const empty: Failure = { code: "source-empty", target: "api", path: ["apps", "api", "source"], file: "/x" };
  const say = (failure: Failure) =>
    placeOnArguments([failure]).map((placed) => describeArgumentFailure(placed, ARGS, (file) => file))[0];
  expect(say(missing)).toBe("SOURCE /x does not exist");
  expect(say(cycle)).toMatch(/^IMAGE is what this build makes as TAG acme\/api:dev/);
  expect(say(empty)).toMatch(/^SOURCE: source \/x has no files\n {2}hint: /);
});

test("a failure of the app as a whole has no place", () => {
  const failed: Failure = {
    code: "script-missing",
    target: "api",
    path: ["apps", "api"],
    image: "i",
    script: "s",
  };
  expect(placeOnArguments([failed])).toEqual([{ ...failed, path: [] }]);
});

test("SOURCE is a repository by the form of its address, or by --ref", () => {
  const sourceOf = (source: string, ref?: string) => {
    const written = configOfArguments({ ...ARGS, source, ref }, {});
    return "config" in written ? written.config.apps?.api?.source : written.problems;
  };
  expect(sourceOf("./api.zip")).toBe("./api.zip");
  expect(sourceOf("https://example.test/a.git")).toEqual({ git: "https://example.test/a.git" });
  expect(sourceOf("git@example.test:a.git", "v1")).toEqual({ git: "git@example.test:a.git", ref: "v1" });
  expect(sourceOf("./api", "v1")).toEqual({ git: "./api", ref: "v1", allowLocalGit: true });
  expect(sourceOf("ext::sh")).toMatchObject({ git: "ext::sh" });
});
