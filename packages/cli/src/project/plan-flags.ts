// From the command line to the flags planning takes.
import type { PlanFlags } from "@sti/core";
import type { TargetFlags } from "../process/flags.ts";
import { readTime } from "./environment.ts";

export function planFlags(
  options: TargetFlags,
  env: Readonly<Record<string, string | undefined>>,
): PlanFlags {
  return {
    clean: options.clean === true,
    force: options.force === true || options.clean === true,
    time: readTime(env),
  };
}
