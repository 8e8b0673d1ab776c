// How often later sessions ask the engine, and read the ledger, about work that is done.
import { graphOf } from "@sti/testing/definitions";
import { addImage } from "@sti/testing/fake-images";
import { createMemoryLedger } from "@sti/testing/memory-ledger";
import { builderApp, builderEngine, runPlan, untaggedImages } from "@sti/testing/session";
import { expect, test } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { workOffLedger } from "./work-off-ledger.ts";

const SESSION = "sti-build-h-b-1-1-1";

test("an untagged heir of a result is asked about once, and each new one once", async () => {
  const { asked, inherit, workOff } = await start();
  const first = inherit();
  await workOff();
  expect(asked()).toEqual([first]);
  await workOff();
  expect(asked()).toEqual([]);
  const second = inherit();
  await workOff();
  expect(asked()).toEqual([second]);
});

test("an image that vanishes while it is asked about is not taken for somebody else's", async () => {
  const { inherit, ledger, workOff } = await start();
  inherit();
  await workOff({ readHistory: async () => undefined });
  expect(await ledger.files.readForeign()).toEqual(new Set());
});

test("images that are gone are forgotten", async () => {
  const { engine, inherit, ledger, workOff } = await start();
  const first = inherit();
  await workOff();
  await engine.removeImage(first);
  const second = inherit();
  await workOff();
  expect(await ledger.files.readForeign()).toEqual(new Set([second]));
});

test("young entries are not read while no untagged image can be a result", async () => {
  const { ledger, workOff } = await start();
  let reads = 0;
  const { read } = ledger.files;
  ledger.files.read = async (session) => {
    reads += 1;
    return await read(session);
  };
  await workOff();
  expect(reads).toBe(0);
  ledger.kill(SESSION, 600);
  await workOff();
  expect(reads).toBe(1);
  expect(ledger.entries.size).toBe(0);
});

test("a result that lost its tag is removed beside heirs that are known", async () => {
  const { engine, inherit, workOff } = await start();
  const heir = inherit();
  await workOff();
  await engine.tagImage(engine.state.tags.get("acme/builder:latest") ?? "", "acme/web:latest");
  await workOff();
  expect(untaggedImages(engine)).toEqual([heir]);
});

/** A dead session has built acme/web a moment ago. */
async function start() {
  const engine = builderEngine();
  const ledger = createMemoryLedger();
  await runPlan(graphOf({ apps: { web: builderApp("web") } }), {
    engine,
    id: SESSION,
    ledger: () => ledger,
  });
  ledger.kill(SESSION);
  const result = engine.state.images.get(engine.state.tags.get("acme/web:latest") ?? "");
  let inspected: string[] = [];
  return {
    engine,
    ledger,
    /** Ids of the images that were inspected since the last call. */
    asked() {
      const ids = inspected;
      inspected = [];
      return ids;
    },
    /** As `docker build` of a Dockerfile that is based on the result, whose tag the next build takes. */
    inherit() {
      const history = [
        { createdBy: `RUN ${engine.state.images.size}`, comment: "" },
        ...(result?.history ?? []),
      ];
      return addImage(engine.state, {
        tags: [],
        config: { ...result?.config },
        history,
        ...(result && { base: result.id }),
      });
    },
    async workOff(faults: Partial<Engine> = {}) {
      const facts = await surveyEngine(engine);
      const inspectImage: Engine["inspectImage"] = async (id, options) => {
        inspected.push(id);
        return await engine.inspectImage(id, options);
      };
      await workOffLedger({ ...engine, inspectImage, ...faults }, { facts, ledger });
    },
  };
}
