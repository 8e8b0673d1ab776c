// The keys of a watch, in words.
import type { Line } from "../line.ts";

export const HELP: readonly Line[] = [
  helpLine("r", "rebuild targets, also when nothing changed"),
  helpLine("c", "build targets clean: no artifacts, no cache"),
  helpLine("l", "show what a target printed in its last build"),
  helpLine("w", "show why a target was built last"),
  helpLine("R", "restart a container"),
  helpLine("s", "stop a container, or start one that was stopped"),
  helpLine("o", "open the address of a container in the browser"),
  helpLine("u", "with --ui: open the page in the browser"),
  helpLine("a", "print lines of one app or service only; Enter prints all again"),
  helpLine("f", "print failures and warnings only"),
  helpLine("/", "print lines with a text only"),
  helpLine("p", "pause: collect changes and build nothing; p goes on"),
  helpLine("q", "end the watch; what runs is stopped and removed"),
  helpLine("? h", "show or hide this"),
];

function helpLine(key: string, words: string): Line {
  return [{ text: `  ${key.padEnd(5)}`, style: "bold" }, words];
}
