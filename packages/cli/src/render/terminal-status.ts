// What a terminal shows of a session outside its text: the window's title, and progress in the task bar or tab.
import { basename } from "node:path";
import type { SessionView } from "@sti/core";
import type { Output } from "./renderer.ts";
import { sanitizeLine } from "./sanitize.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface TerminalStatus {
  /** Shows the state of the session, if it is another one than before. */
  show(session: SessionView): void;
  /** Gives the title back, and takes the progress away. */
  restore(): void;
}

/** Progress as terminals number it (OSC 9;4). */
const PROGRESS = { none: 0, normal: 1, error: 2, busy: 3 } as const;

/** Others take OSC 9 for a notification. */
const WITH_PROGRESS = ["ghostty", "WezTerm"];

export function showsProgress(env: Environment): boolean {
  return (
    WITH_PROGRESS.includes(env.TERM_PROGRAM ?? "") || env.WT_SESSION !== undefined || env.ConEmuANSI === "ON"
  );
}

/** `cwd`: its name is in the title. */
export function createTerminalStatus(
  output: Output,
  { cwd, hasProgress }: { readonly cwd: string; readonly hasProgress: boolean },
): TerminalStatus {
  let last = "";
  return {
    show(session) {
      const { title, progress } = statusOf(session);
      const sequence = [
        // The title of before is kept by the terminal.
        last === "" ? "\u001b[22;0t" : "",
        `\u001b]0;${sanitizeLine(`sti ${title} — ${basename(cwd)}`)}\u0007`,
        hasProgress ? `\u001b]9;4;${progress}\u0007` : "",
      ].join("");
      const state = `${title} ${progress}`;
      if (state === last) return;
      output.write(sequence);
      last = state;
    },
    restore() {
      if (last === "") return;
      output.write(`\u001b[23;0t${hasProgress ? `\u001b]9;4;${PROGRESS.none};0\u0007` : ""}`);
      last = "";
    },
  };
}

/** `progress`: state and percentage, "1;50". */
function statusOf({ ended, running, targets, watch }: SessionView): {
  readonly title: string;
  readonly progress: string;
} {
  const failed = watch.idle === undefined ? ended.failed.size : watch.failing.size;
  const down = [...watch.containers.values()].filter(
    ({ isMeant, state }) => state === "down" && !isMeant,
  ).length;
  const problems = failed + down;
  if (watch.idle !== undefined && running.size === 0) {
    if (problems === 0) return { title: "● watching", progress: `${PROGRESS.none};0` };
    return { title: `✖ ${problems} failed`, progress: `${PROGRESS.error};100` };
  }
  const done = Object.values(ended).reduce((sum, { size }) => sum + size, 0);
  const percent = targets.size === 0 ? 0 : Math.floor((done / targets.size) * 100);
  if (watch.idle !== undefined)
    return { title: `◌ building ${running.size}`, progress: `${PROGRESS.busy};0` };
  const state = problems > 0 ? PROGRESS.error : PROGRESS.normal;
  return {
    title: `${problems > 0 ? `✖ ${problems} failed, ` : ""}${done}/${targets.size}`,
    progress: `${state};${percent}`,
  };
}
