import { imageDetails, nodeOf, snapshot } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { AppTarget } from "../definition/target.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { s2iContract, stiContract } from "./builder-contract.ts";
import type { ImageFacts, ScriptFact } from "./facts.ts";
import { checkTarget, planTarget, type TargetInputs } from "./plan-target.ts";
import { noteUnusedScripts, refuseSecrets, withSource, withVariables } from "./source-overrides.ts";

const LABELS = { "io.openshift.s2i.scripts-url": "image:///usr/libexec/s2i" };
const S2I = s2iContract({ labels: LABELS, env: [] });
const PRESENT: ScriptFact = { state: "present" };

function s2iFacts(): ImageFacts {
  const details = imageDetails({ config: { labels: LABELS, entrypoint: ["/entry"], user: "1001" } });
  if (S2I === undefined) throw new Error("no contract");
  return {
    details,
    scripts: {
      "prepare-dependencies": { state: "missing" },
      prepare: PRESENT,
      "prepare-runtime": { state: "missing" },
      run: PRESENT,
      "save-artifacts": { state: "missing" },
    },
    shell: true,
    accounts: { passwd: "", group: "" },
    contract: S2I,
    owner: { uid: 1001, gid: 0 },
  };
}

function sourceWith(files: readonly string[], variablesText?: string): SourceSnapshot {
  const entries = files.map(
    (path) => ({ kind: "file", path, executable: false, size: 1, digest: "d" }) as const,
  );
  return { ...snapshot(), entries, variablesText };
}

const app = (more: object = {}) =>
  nodeOf({ apps: { api: { source: ".", buildImage: "acme/node", tag: "acme/api", ...more } } }, "api");

test("scripts of the source replace those of the image one by one", () => {
  const source = sourceWith([".s2i/bin/save-artifacts", ".s2i/bin/run", ".s2i/bin/other"]);
  const { contract, scripts } = withSource(s2iFacts(), source);
  expect(contract.scripts).toMatchObject({
    prepare: "/usr/libexec/s2i/assemble",
    run: "/tmp/scripts/run",
    "save-artifacts": "/tmp/scripts/save-artifacts",
  });
  expect(scripts["save-artifacts"]).toEqual(PRESENT);
});

test("a script of the source that the kernel cannot start is refused by its path", () => {
  const brokenScripts = [{ path: ".s2i/bin/run", interpreter: "/bin/sh" }];
  const source = { ...sourceWith([".s2i/bin/run"]), brokenScripts };
  const facts = withSource(s2iFacts(), source);
  const failures = checkTarget(app(), { images: [facts], engine: undefined, snapshot: source });
  expect(failures).toMatchObject([
    {
      code: "script-interpreter-missing",
      script: ".s2i/bin/run",
      interpreter: "/bin/sh",
      carriageReturn: true,
    },
  ]);
});

test.each(["dockerfile", "container"] as const)(
  "by method %s the app starts by the script of its source",
  (method) => {
    const source = sourceWith([".s2i/bin/run"]);
    const inputs: TargetInputs = {
      key: "k",
      snapshot: source,
      dockerfile: undefined,
      images: [withSource(s2iFacts(), source)],
      engine: undefined,
      hostTrust: undefined,
      reuse: { kind: "clean", reason: "", isExpected: true },
      changed: undefined,
      time: 1,
      noCache: false,
    };
    const planned = planTarget(app({ method }), inputs);
    const text = JSON.stringify(planned);
    expect(planned.ok).toBe(true);
    expect(text).toContain("/tmp/scripts/run");
    expect(text).toContain("/entry");
    expect(text).toContain("/usr/libexec/s2i/assemble");
    expect(text).not.toContain("/tmp/artifacts");
  },
);

describe("variables of the source", () => {
  const text = "# a comment\nMODE=source\n NAME = spaced \nnothing\n=x\r\nURL=a=b\r\n";
  const target = app({ env: { MODE: "config" } }).target as AppTarget;

  test("come before those of the config", () => {
    const { env } = withVariables(target, [S2I], sourceWith([], text));
    expect(env).toEqual({ MODE: "config", NAME: "spaced", URL: "a=b" });
  });

  test("count on images with the contract only", () => {
    expect(withVariables(target, [stiContract("/usr/bin")], sourceWith([], text))).toBe(target);
  });

  test("are refused if they look like secrets", () => {
    const source = sourceWith([], "NPM_TOKEN=x\nMODE=y\n");
    expect(refuseSecrets(target, [S2I], source)).toMatchObject([{ code: "config-invalid" }]);
    const allowing = app({ allowPlain: ["NPM_TOKEN"] }).target as AppTarget;
    expect(refuseSecrets(allowing, [S2I], source)).toEqual([]);
  });
});

test("scripts of the source that no image reads are noted", () => {
  const source = sourceWith([".s2i/bin/assemble"]);
  const note = (contract: typeof S2I) => noteUnusedScripts([{ short: "acme/node", contract }], source);
  expect(note(stiContract("/usr/bin"))).toEqual([
    "the scripts in .s2i/bin are not used: acme/node is no s2i builder image",
  ]);
  expect(note(S2I)).toEqual([]);
});
