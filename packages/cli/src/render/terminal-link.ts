// Links that a terminal opens when they are clicked (OSC 8), where the terminal is known to understand them.
import { pathToFileURL } from "node:url";
import type { Output } from "./renderer.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const PROGRAMS = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"];

/** FORCE_HYPERLINK decides where it is set, as it does for other programs. */
export function understandsLinks(stream: Output, env: Environment): boolean {
  const { FORCE_HYPERLINK: forced } = env;
  if (forced !== undefined && forced !== "") return forced !== "0";
  if (stream.isTTY !== true || env.CI !== undefined || env.TERM === "dumb") return false;
  return (
    PROGRAMS.includes(env.TERM_PROGRAM ?? "") ||
    Number(env.VTE_VERSION) >= 5000 ||
    env.KITTY_WINDOW_ID !== undefined ||
    env.WT_SESSION !== undefined ||
    env.KONSOLE_VERSION !== undefined ||
    /^(?:alacritty|foot|xterm-kitty|xterm-ghostty)/.test(env.TERM ?? "")
  );
}

/** `text`, which leads to a file; `file`: absolute. */
export function linkToFile(text: string, file: string): string {
  return `\u001b]8;;${pathToFileURL(file).href}\u001b\\${text}\u001b]8;;\u001b\\`;
}
