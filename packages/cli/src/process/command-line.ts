// The command line of this process, as text that may be shown to others.

/** Options whose values may be confidential. */
const HIDDEN = ["-e", "--env", "--set", "--secret"];
/** Options that name the config, which a command on one of its targets needs as well. */
const OF_CONFIG = ["-C", "--cwd", "--config", "--mode", "--profile", "--engine"];
/** Commands whose targets `sti run` can build. */
const OF_PROJECT = ["run", "watch", "up", "push"];

export interface DescribedCommand {
  /** The whole line: `sti run --set …`. */
  readonly command: string;
  /** A command that builds targets of the same config, without their names; undefined if there is none. */
  readonly again: string | undefined;
}

/** `args`: the words after the program. */
export function describeCommandLine(typed: readonly string[]): DescribedCommand {
  const args = typed.map(hideCredentials);
  const words = args.map((word, index) => {
    if (HIDDEN.includes(args[index - 1] ?? "")) return hideValue(word);
    const option = HIDDEN.find((name) => name.startsWith("--") && word.startsWith(`${name}=`));
    return option === undefined ? quote(word) : `${option}=${hideValue(word.slice(option.length + 1))}`;
  });
  const config = args.flatMap((word, index) => {
    if (OF_CONFIG.includes(word)) return args.slice(index, index + 2).map(quote);
    return OF_CONFIG.some((name) => name.startsWith("--") && word.startsWith(`${name}=`))
      ? [quote(word)]
      : [];
  });
  return {
    command: ["sti", ...words].join(" "),
    again: OF_PROJECT.includes(args[0] ?? "") ? ["sti", "run", ...config].join(" ") : undefined,
  };
}

/** "redis://user:password@host" → "redis://…@host" */
function hideCredentials(word: string): string {
  return word.replace(/^((?:--[\w-]+=)?[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1…@");
}

/** "NAME=…": what comes after the name may be a secret. */
function hideValue(word: string): string {
  const at = word.indexOf("=");
  return at === -1 ? quote(word) : `${quote(word.slice(0, at))}=…`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
