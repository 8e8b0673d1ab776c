// What reading a config of any form gives: its value, not yet checked. Types only.
import type { ConfigPath, Failure, Location } from "@sti/core";

export interface ReadConfigOptions {
  readonly file: string;
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
  | { readonly ok: false; readonly failures: readonly Failure[] };
