import { expect, test } from "vitest";
import { recordReads } from "./recorded-reads.ts";

const CONTEXT = { mode: "production", command: "run" };
type Use = (context: ReturnType<typeof recordReads>["context"]) => unknown;

test.each<[string, Use, object | undefined]>([
  ["nothing", () => 0, { env: {} }],
  ["the mode", ({ mode }) => mode, { mode: "production", env: {} }],
  ["the command", ({ command }) => command, { command: "run", env: {} }],
  ["all of the context", (context) => ({ ...context }), { ...CONTEXT, env: {} }],
  ["a variable", ({ env }) => env.TAG, { env: { TAG: "1" } }],
  ["a variable that is not set", ({ env }) => env.NONE, { env: { NONE: null } }],
  ["whether there is a variable", ({ env }) => "NONE" in env, { env: { NONE: null } }],
  ["whether it has a variable", ({ env }) => Object.hasOwn(env, "TAG"), { env: { TAG: "1" } }],
  ["a variable that it set", ({ env }) => Object.assign(env, { TAG: "2" }).TAG, { env: { TAG: "1" } }],
  ["a variable that it removed", ({ env }) => Reflect.deleteProperty(env, "TAG"), { env: { TAG: "1" } }],
  ["all variables", ({ env }) => ({ ...env }), undefined],
  ["the names of variables", ({ env }) => Object.keys(env), undefined],
])("of a config that reads %s", (_name, use, reads) => {
  const recorded = recordReads(CONTEXT, { TAG: "1", OTHER: "2" });
  use(recorded.context);
  expect(recorded.reads()).toEqual(reads);
});

test("a change reaches the environment", () => {
  const env: Record<string, string | undefined> = { OTHER: "2" };
  Object.assign(recordReads(CONTEXT, env).context.env, { TAG: "3" });
  expect(env).toEqual({ OTHER: "2", TAG: "3" });
});
