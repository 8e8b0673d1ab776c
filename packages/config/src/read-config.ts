// Result of reading a config of any form: its value, not yet checked. Types only.
import type { ConfigPath, Failure, Location } from "@sti/core";
import type { ConfigContext } from "./define-config.ts";
import type { EvaluationMemory } from "./evaluation-memory.ts";

export interface ReadConfigOptions {
  readonly file: string;
  /** Argument of a config that is a function, without the environment. */
  readonly context: Pick<ConfigContext, "mode" | "command">;
  /** Keeps the values of configs that are code; left out: nothing is kept. */
  readonly memory?: EvaluationMemory | undefined;
  readonly timeoutMs: number;
  readonly onOutput: (text: string) => void;
}

export type ReadConfig =
  | {
      readonly ok: true;
      readonly value: unknown;
      readonly files: readonly string[];
      readonly locate: (path: ConfigPath) => Location;
    }
  | {
      readonly ok: false;
      readonly failures: readonly Failure[];
      /** Files that were read despite the failure, and missing files that were looked for; absolute. */
      readonly files: readonly string[];
    };
