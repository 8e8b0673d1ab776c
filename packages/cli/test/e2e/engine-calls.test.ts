import { copyingScripts, imageFolder, proxyTo, withEngine } from "@sti/testing/e2e";
import { A_METHOD, BY_CONTAINER } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";

const { config, endpoint } = await withEngine("sti-e2e-calls", { check: "none", removes: "test" });

/** Calls that every session makes once: a ping, the engine's description, its objects, leftovers of dead sessions. */
const OF_THE_SESSION = [
  "GET /_ping",
  "GET /info",
  "GET /images/json",
  "GET /containers/json",
  "GET /volumes",
];

test.runIf(BY_CONTAINER)(
  "a small app costs one call for each thing that is done, two to wait for it, and looks at its images and its tag",
  async () => {
    const run = await countCalls(2);
    // The first app: its builder is inspected, and so is its image, for leaks.
    await run("app0");
    const alone = await run("app0");
    expect([...alone.keys()].sort()).toEqual([...OF_THE_SESSION].sort());
    expect([...alone.values()].every((count) => count === 1)).toBe(true);

    const calls = await run("app1");
    for (const call of OF_THE_SESSION) calls.delete(call);
    expect(Object.fromEntries(calls)).toEqual({
      "POST /containers/create": 1,
      "PUT /containers/:id/archive": 1,
      "POST /containers/:id/attach": 1,
      "POST /containers/:id/start": 1,
      "POST /containers/:id/wait": 1,
      "POST /commit": 1,
      // The build image, whose config the result gets; the result; and what has the tag so far.
      "GET /images/:id/json": 3,
      "POST /images/:id/tag": 1,
      "DELETE /containers/:id": 1,
      // The source, and the files that are there during the build only.
      "DELETE /volumes/:id": 2,
    });
  },
);

test.runIf(BY_CONTAINER)(
  "the first app of its form on an engine costs an inspection of its image besides",
  async () => {
    // An image that gets secrets is another form; its build inspects the builder.
    const run = await countCalls(3, { app0: { secrets: { text: { file: "app0/text" } } } });
    await run("app0");
    const [first, later] = [await run("app1"), await run("app2")];
    const names = [...new Set([...first.keys(), ...later.keys()])];
    const more = names.map((name) => [name, (first.get(name) ?? 0) - (later.get(name) ?? 0)]);
    expect(Object.fromEntries(more.filter(([, count]) => count !== 0))).toEqual({
      "POST /containers/create": 1,
      "GET /containers/:id/archive": 3,
      "DELETE /containers/:id": 1,
    });
  },
);

test("a lock file costs a session no call", async () => {
  const { run, project } = await startProject(1);
  expect(await runSti(["lock"], { cwd: project.folder })).toMatchObject({ exitCode: 0, stderr: "" });
  await run("--frozen");
  const again = await run("--frozen");
  expect(Object.fromEntries(again)).toEqual(Object.fromEntries(OF_THE_SESSION.map((call) => [call, 1])));
});

test.runIf(BY_CONTAINER)(
  "what is asked once for a session is not asked again for each of its apps",
  async () => {
    const run = await countCalls(6);
    const calls = await run();
    for (const call of OF_THE_SESSION) expect([call, calls.get(call)]).toEqual([call, 1]);
    // One container for each app, one to inspect the builder, and one to inspect the first image.
    expect(calls.get("POST /containers/create")).toBe(8);
    const again = await run();
    expect(Object.fromEntries(again)).toEqual(Object.fromEntries(OF_THE_SESSION.map((call) => [call, 1])));
  },
);

/** Counts the calls that sessions over a project of small apps make, by method and path. `more`: fields of single apps. */
async function countCalls(apps: number, more: Readonly<Record<string, object>> = {}) {
  return (await startProject(apps, more)).run;
}

async function startProject(apps: number, more: Readonly<Record<string, object>> = {}) {
  const names = Array.from({ length: apps }, (_, index) => `app${index}`);
  const project = await createWorkspace({
    ...imageFolder("builder", copyingScripts()),
    ...Object.fromEntries(names.map((name) => [`${name}/text`, name])),
    "sti.config.json": config(Object.fromEntries(names.map((name) => [name, more[name] ?? {}])), {
      defaults: { method: A_METHOD },
    }),
  });
  const run = async (...args: string[]) => {
    const { counts, host } = await proxyTo(endpoint);
    const env = { DOCKER_HOST: host };
    const { exitCode, stderr } = await runSti(["run", ...args], { cwd: project.folder, env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return new Map(counts);
  };
  return { run, project };
}
