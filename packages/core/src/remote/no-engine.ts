// Stands for the engine of a session whose targets are built elsewhere: every call fails as if none was reachable.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";

const MESSAGE = "this session has no engine: its targets are built by workers";

export const NO_ENGINE: Engine = new Proxy({} as Engine, {
  get: (_engine, call) => async () => {
    throw new EngineError({ reason: "unreachable-other", operation: String(call), message: MESSAGE });
  },
});
