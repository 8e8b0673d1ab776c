// From the command line to the flags planning takes.
import { DEFAULT_TIME, type PlanFlags } from "@sti/core";
import type { TargetFlags } from "../process/flags.ts";

/** SOURCE_DATE_EPOCH of the environment is honoured when it is a number of seconds. */
export function planFlags(
  options: TargetFlags,
  env: Readonly<Record<string, string | undefined>>,
): PlanFlags {
  const epoch = env.SOURCE_DATE_EPOCH ?? "";
  return {
    clean: options.clean === true,
    force: options.force === true || options.clean === true,
    time: /^\d+$/.test(epoch) ? Number(epoch) : DEFAULT_TIME,
  };
}
