// Checks of sti compare for two builds of an app, after every default is applied. Types only.
import type { Failure } from "../failure/failure.ts";

export type CheckedPart = "exit code" | "stdout" | "stderr";

export interface CommandCheck {
  readonly name: string;
  readonly run: readonly string[];
  readonly ignore: readonly CheckedPart[];
  /** Sources of regular expressions. */
  readonly mask: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
}

export interface HttpCheck {
  readonly name: string;
  readonly path: string;
  /** Inside the container; undefined for the first that is known. */
  readonly port: number | undefined;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Keys of values in a JSON answer, with dots; undefined for the whole body. */
  readonly json: readonly string[] | undefined;
  /** In lower case. */
  readonly ignoreHeaders: readonly string[];
  /** Sources of regular expressions. */
  readonly mask: readonly string[];
}

export interface CheckSettings {
  readonly commands: readonly CommandCheck[];
  readonly http: readonly HttpCheck[];
  /** Inside the container. */
  readonly ports: readonly number[];
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly startup: number;
  /** Bytes; undefined for no limit. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  readonly network: "default" | "none";
  /** Problems of variables that this machine lacks; they stop only comparisons. */
  readonly unset: readonly Failure[];
}
