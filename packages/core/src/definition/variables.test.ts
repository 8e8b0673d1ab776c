import { describe, expect, test } from "vitest";
import type { Failure } from "../failure/failure.ts";
import { resolveTargets } from "./resolve-targets.ts";
import { Config } from "./schema.ts";
import type { Host } from "./variables.ts";

const HOST: Host = {
  env: { REGION: "eu", EMPTY: "" },
  files: new Map([
    ["one.env", { A: "one", B: "one" }],
    ["two.env", { B: "two", C: "two" }],
    ["tokens.env", { SIGN_TOKEN: "t" }],
  ]),
};

function resolve(app: object, host = HOST) {
  const config = { apps: { api: { source: "src", buildImage: "acme/b", tag: "acme/api", ...app } } };
  const resolved = resolveTargets(Config.parse(config), {}, host);
  if (!resolved.ok) return resolved.failures;
  const [target] = resolved.value;
  if (target !== undefined && target.unset.length > 0) return target.unset;
  return target?.kind === "app" ? { env: target.env, buildEnv: target.buildEnv } : undefined;
}

const problems = (found: unknown) =>
  (found as readonly Failure[]).map((failure) =>
    failure.code === "config-invalid"
      ? `${failure.path.slice(2).join(".")} ${failure.message}`
      : failure.code,
  );

describe("values from the host", () => {
  test("are the host's, empty ones too, else the default", () => {
    const env = {
      REGION: { fromHost: "REGION", default: "us" },
      EMPTY: { fromHost: "EMPTY", default: "x" },
      LEVEL: { fromHost: "LEVEL", default: "info" },
    };
    expect(resolve({ env })).toMatchObject({ env: { REGION: "eu", EMPTY: "", LEVEL: "info" } });
  });

  test("are an error at their place where the host has none and there is no default", () => {
    const variables = { LEVEL: { fromHost: "LOG_LEVEL" } };
    const message = "takes LOG_LEVEL from the environment, but it is not set; set it, or add a default";
    expect(problems(resolve({ env: variables, buildEnv: variables }))).toEqual([
      `env.LEVEL ${message}`,
      `buildEnv.LEVEL ${message}`,
    ]);
  });
});

describe("files of variables", () => {
  test("go before one another in their order, and what the config says goes before them", () => {
    expect(resolve({ envFile: ["one.env", "two.env"], env: { C: "config" } })).toMatchObject({
      env: { A: "one", B: "two", C: "config" },
      buildEnv: {},
    });
    expect(resolve({ buildEnvFile: "one.env" })).toMatchObject({ env: {}, buildEnv: { A: "one", B: "one" } });
  });

  test("are inside the config's folder unless the app says otherwise", () => {
    expect(problems(resolve({ envFile: "../x.env" }))[0]).toMatch(/^envFile is outside the config's folder/);
    expect(resolve({ envFile: ["../x.env"], allowOutside: true })).toMatchObject({ env: {} });
  });
});

describe("names that look like secrets", () => {
  test.each(["NPM_TOKEN", "DB_PASSWORD", "CLIENTSECRET", "API_KEY", "KEY", "AWS_CREDENTIALS"])(
    "%s is refused in env",
    (name) => {
      expect(problems(resolve({ env: { [name]: "x" } }))).toEqual([
        expect.stringMatching(`^env.${name} sets ${name}, which looks like a secret, .*use secrets`),
      ]);
    },
  );

  test("are refused wherever the value is from, at its place", () => {
    const taken = problems(resolve({ env: { NPM_TOKEN: { fromHost: "REGION" } } }));
    expect(taken).toEqual([expect.stringMatching("^env.NPM_TOKEN sets")]);
    expect(problems(resolve({ envFile: "tokens.env" }))).toEqual([
      expect.stringMatching("^envFile sets SIGN_TOKEN"),
    ]);
  });

  test.each(["PUBLIC_KEY", "MONKEY", "KEYBOARD", "COMPASS", "TZ"])("%s does not look like one", (name) => {
    expect(resolve({ env: { [name]: "x" } })).toMatchObject({ env: { [name]: "x" } });
  });

  test("are allowed by allowPlain, and in buildEnv, which is not in the image", () => {
    expect(resolve({ env: { KEY: "x" }, allowPlain: ["KEY"], buildEnv: { NPM_TOKEN: "y" } })).toEqual({
      env: { KEY: "x" },
      buildEnv: { NPM_TOKEN: "y" },
    });
  });

  test("are refused as build arguments of an image entry", () => {
    const entry = { context: "b", tag: "acme/b", args: { TOKEN: "x" } };
    const resolved = resolveTargets(Config.parse({ images: { b: entry } }));
    expect(resolved).toMatchObject({ ok: false, failures: [{ path: ["images", "b", "args", "TOKEN"] }] });
    const allowed = { images: { b: { ...entry, allowPlain: ["TOKEN"] } } };
    expect(resolveTargets(Config.parse(allowed)).ok).toBe(true);
  });
});
