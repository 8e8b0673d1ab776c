// What reading a config of any form gives: its value, not yet checked. Types only.
import type { ConfigPath, Failure, Location } from "@sti/core";
import type { ConfigContext } from "./define-config.ts";

export interface ReadConfigOptions {
  readonly file: string;
  /** What a config that is a function gets, besides the environment. */
  readonly context: Pick<ConfigContext, "mode" | "command">;
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
      /** What was read all the same, and what was looked for and is not there; absolute. */
      readonly files: readonly string[];
    };
