// Whether a script of an image is a program, or is run by one, that the engine's processor cannot run. Pure.
import { mayRun } from "../source/elf-architecture.ts";
import type { ScriptFact } from "./facts.ts";

export interface ForeignProgram {
  /** The script, or the program that its first line names. */
  readonly program: string;
  readonly architecture: string;
  readonly engineArchitecture: string;
}

/** Undefined where it can be run, or nothing is known. */
export function foreignProgram(
  script: ScriptFact,
  engineArchitecture: string | undefined,
): ForeignProgram | undefined {
  if (script.state !== "present" || script.program === undefined) return undefined;
  const { architecture, path } = script.program;
  if (engineArchitecture === undefined || mayRun(architecture, engineArchitecture)) return undefined;
  return { program: path, architecture, engineArchitecture };
}
