// The network of a watch, in which containers reach each other by their names.
import type { DevSubject } from "../definition/dev-settings.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { NetworkPlace } from "../engine/network.ts";
import { LABEL } from "../plan/labels.ts";
import { isEngineGone } from "./describe-ended.ts";

export interface DevNetwork {
  /**
   * The place of a container in the network, which is made if it is missing. Undefined where the engine makes none.
   * Rejects if the engine does not answer.
   */
  placeOf(subject: DevSubject): Promise<NetworkPlace | undefined>;
  /** It may have gone with the engine. */
  forget(): void;
  /** When no container is left. Resolves to the errors. */
  close(): Promise<readonly unknown[]>;
}

export function createDevNetwork({
  engine,
  name,
  warn,
}: {
  readonly engine: () => Engine;
  /** Has the session's owner in it. */
  readonly name: string;
  readonly warn: (message: string) => void;
}): DevNetwork {
  let making: Promise<boolean> | undefined;
  let isMade = false;
  const make = async () => {
    try {
      await engine().createNetwork(name, { [LABEL.managed]: "1" });
      isMade = true;
      return true;
    } catch (error) {
      if (isEngineGone(error) || !(error instanceof EngineError)) {
        making = undefined;
        throw error;
      }
      const { message } = error as EngineError;
      warn(`containers cannot reach each other by name, the engine made no network: ${message}`);
      return false;
    }
  };
  return {
    async placeOf({ dev, name: own }) {
      making ??= make();
      return (await making) ? { network: name, aliases: [own, ...(dev?.aliases ?? [])] } : undefined;
    },
    forget() {
      making = undefined;
    },
    async close() {
      if (!isMade) return [];
      try {
        await engine().removeNetwork(name);
        return [];
      } catch (error) {
        return [error];
      }
    },
  };
}
