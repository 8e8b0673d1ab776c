// Commands and options of other tools, typed out of habit, and the line of sti that does the same. Only what sti itself
// refuses is looked up here.

/** The words of a command line. */
type Words = readonly string[];

/** Makes the line from the command, the other words, and the value of the option if it takes one. */
type Rewrite = (input: {
  readonly command: string;
  readonly rest: Words;
  readonly value: string | undefined;
}) => string;

interface HabitOption {
  /** Spellings. */
  readonly names: Words;
  /** Whether the next word is its value: always, if it looks like a number, or never (the default). */
  readonly value?: "word" | "number";
  readonly rewrite: Rewrite;
  /** Commands to which this applies; default: all. */
  readonly commands?: Words;
}

/** Commands that other tools have. The values begin the line; other words follow. */
const COMMANDS: Readonly<Record<string, string>> = {
  start: "sti watch --run",
  serve: "sti watch --run",
  dev: "sti watch --run",
  ls: "sti plan",
  list: "sti plan",
  ps: "sti plan",
  status: "sti plan",
  images: "sti plan",
  config: "sti plan --json",
  inspect: "sti plan --json",
  graph: "sti plan --graph mermaid",
  lint: "sti plan --offline",
  check: "sti plan --offline",
  explain: "sti why",
  diff: "sti compare",
  bake: "sti run",
  make: "sti run",
  all: "sti run",
  rebuild: "sti run --force",
  affected: "sti run --affected",
  deploy: "sti push",
  publish: "sti push",
  new: "sti init",
  create: "sti init",
  prune: "sti clean",
  rm: "sti clean",
  cleanup: "sti clean",
  shell: "sti debug",
  exec: "sti debug",
  info: "sti doctor",
  version: "sti --version",
};

const OPTIONS: readonly HabitOption[] = [
  {
    names: ["--dry-run", "--dry", "-n"],
    rewrite: ({ rest }) => line("sti plan", rest),
    commands: ["run", "watch", "push", ""],
  },
  {
    names: ["--no-cache"],
    rewrite: ({ command, rest }) =>
      line(`sti ${command === "build" ? "build" : "run"}`, ["--clean", ...rest]),
  },
  {
    names: ["--rebuild"],
    rewrite: ({ command, rest }) => line(`sti ${command || "run"}`, ["--force", ...rest]),
  },
  {
    names: [
      "--filter",
      "-F",
      "--scope",
      "--only",
      "--package",
      "--project",
      "--projects",
      "--target",
      "--app",
    ],
    value: "word",
    rewrite: ({ command, rest, value }) => line(`sti ${command || "run"}`, [value ?? "APP", ...rest]),
  },
  {
    names: ["--parallel", "-p", "--jobs", "--max-workers", "--workers", "--max-parallel"],
    value: "number",
    rewrite: ({ command, rest, value }) => line(`sti ${command || "run"}`, ["-j", value ?? "4", ...rest]),
  },
  {
    names: ["--continue", "--keep-going", "-k"],
    rewrite: ({ rest }) => line("sti run", ["--on-failure", "continue", ...rest]),
  },
  {
    names: ["--fail-fast", "--bail"],
    rewrite: ({ rest }) => line("sti run", ["--on-failure", "kill", ...rest]),
  },
  {
    names: ["--no-color", "--no-colors"],
    rewrite: ({ command, rest }) => line(`NO_COLOR=1 sti ${command || "run"}`, rest),
  },
  {
    names: ["--color", "--colors"],
    rewrite: ({ command, rest }) => line(`FORCE_COLOR=1 sti ${command || "run"}`, rest),
  },
  {
    names: ["--tag", "-t"],
    value: "word",
    rewrite: ({ rest, value }) => line("sti build", [rest[0] ?? "SOURCE", "BUILD_IMAGE", value ?? "TAG"]),
    commands: ["build"],
  },
  {
    names: ["--build-arg"],
    value: "word",
    rewrite: ({ rest, value }) => line("sti build", ["-e", value ?? "KEY=VALUE", ...rest]),
    commands: ["build"],
  },
  {
    names: ["--file", "-f"],
    value: "word",
    rewrite: ({ command, rest, value }) =>
      line(`sti ${command || "run"}`, ["--config", value ?? "FILE", ...rest]),
    commands: ["run", "watch", "plan", "why", "push", "lock", ""],
  },
  { names: ["--watch", "-w"], rewrite: ({ rest }) => line("sti watch", rest), commands: ["run", "plan", ""] },
  {
    names: ["--since", "--changed", "--base"],
    value: "word",
    rewrite: ({ command, rest, value }) =>
      line(`sti ${command || "run"}`, [`--affected=${value ?? "main"}`, ...rest]),
    commands: ["run", "plan", "push", "ci", ""],
  },
  {
    names: ["--graph"],
    rewrite: ({ rest }) => line("sti plan --graph mermaid", rest),
    commands: ["run", "watch", ""],
  },
  { names: ["--json"], rewrite: ({ rest }) => line("sti run --reporter ndjson", rest), commands: ["run"] },
  {
    names: ["--debug", "--trace"],
    rewrite: ({ command, rest }) => line(`sti ${command || "run"}`, ["--verbose", ...rest]),
  },
];

/** The line for a refused command; undefined if nothing is known about it. `args`: the words after `sti`. */
export function lineForCommand(args: Words): string | undefined {
  const [name = "", ...rest] = args;
  const begin = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return begin === undefined ? undefined : line(begin, rest);
}

/** The same for a refused option: `--dry-run`, `-t` or `--filter=web`. `command`: the name, "" for none. */
export function lineForOption(written: string, args: Words, command: string): string | undefined {
  const [name = "", inline] = written.split(/=(.*)/s);
  const habit = OPTIONS.find(
    ({ commands, names }) => names.includes(name) && (commands?.includes(command) ?? true),
  );
  if (habit === undefined) return undefined;
  const at = args.indexOf(written);
  const next = args[at + 1];
  const takesNext =
    inline === undefined &&
    next !== undefined &&
    (habit.value === "word" ? !next.startsWith("-") : habit.value === "number" && /^\d/.test(next));
  const others = args.toSpliced(at, takesNext ? 2 : 1);
  const rest = command === "" ? others : others.toSpliced(others.indexOf(command), 1);
  return habit.rewrite({ command, rest, value: inline ?? (takesNext ? next : undefined) });
}

function line(begin: string, words: Words): string {
  return [begin, ...words.map(quote)].join(" ");
}

/** As a shell reads it. */
function quote(word: string): string {
  return /^[\w@%+=:,./{}[\]^-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
