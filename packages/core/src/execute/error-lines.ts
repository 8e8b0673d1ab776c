// Which lines of a build's output look like its error: as the tools that builds run print them. Pure.

/** 0: a tool's own words for an error. 1: words that often come with one, or with the failure of a whole run. */
export type ErrorRank = 0 | 1;

/** By tool; each against a line without colours and without white space at its start. */
const OWN_WORDS: readonly RegExp[] = [
  // tsc, in both of its forms
  /^\S+\(\d+,\d+\): error TS\d+/,
  /^\S+:\d+:\d+ - error TS\d+/,
  // npm, pnpm, yarn
  /^npm (?:ERR!|error) (?:code E(?!LIFECYCLE)\w|Missing script|Invalid|`npm ci` can only)/,
  /^ERR_PNPM_(?!RECURSIVE_RUN|RUN_)\w+/,
  /^\[ERR_PNPM_\w+\]/,
  /^error (?:An unexpected error|Couldn't find|Your lockfile needs|Command failed|Package ")/,
  /^➤ YN(?:0001|0009|0016|0018|0020|0028|0041|0082)\b/,
  // Node.js, Python, and whatever prints the name of a class of errors
  /^(?:Uncaught )?(?:[A-Za-z_][\w.]*\.)?(?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?: /,
  /^(?:node:internal|file:\/\/)\S*:\d+$/,
  /^Traceback \(most recent call last\):/,
  // pip, uv, poetry
  /^ERROR: (?!pip's dependency resolver)/,
  /^error: (?:Failed to|No solution|subprocess-exited|invalid)/i,
  // vite, rollup, esbuild, webpack, next
  /^✘ \[ERROR\]/,
  /^error during build:/,
  /^(?:\[vite\]|\[rollup\]|\[rolldown\])?.*\b(?:RollupError|ParseError|RolldownError)\b/,
  /^ERROR in /,
  /^(?:⨯ )?Failed to compile/,
  // go, gcc, clang, javac, kotlinc, scalac
  /^(?:\.{0,2}\/)?\S+\.go:\d+(?::\d+)?: /,
  /^go: (?!downloading|finding|extracting|added|upgraded)\S/,
  /^\S+:\d+(?::\d+)?: (?:fatal )?error\b/,
  /^e: (?:file:\/\/)?\S+:\d+/,
  /^\[error\] \S+:\d+/,
  // cargo and rustc
  /^error(?:\[E\d+\])?: (?!could not compile|aborting)/,
  // maven, gradle, dotnet
  /^\[ERROR\] (?!\[Help|To see|Re-run|For more|After correcting)\S/,
  /^\* What went wrong:/,
  /^\S+\(\d+,\d+\): error \w+\d+:/,
  // ruby, php, perl, linkers
  /^\S+\.rb:\d+:in /,
  /^(?:PHP )?(?:Fatal|Parse) error: /,
  /^Your requirements could not be resolved/,
  /^Could not find gem/,
  /^.+ at \S+ line \d+\.$/,
  /^(?:\S+\/)?ld: .*(?:cannot find|undefined reference)/,
  // apt, git, shells
  /^E: /,
  /^fatal: /,
  /^panic: /,
  /^\S+: (?:line )?\d+: .*(?:not found|Permission denied|No such file|[Ss]yntax error|unbound variable|parameter not set)/,
  /^(?:\/\S+|sh|bash|ash|dash): .*(?:not found|Permission denied|No such file)/,
  /: command not found$/,
];

const OTHER_WORDS: readonly RegExp[] = [
  /^(?:\W{0,3}\s*)?(?:error|fatal|failed|failure|exception)\b(?!\s*(?:=|\d|s\b))/i,
  /\b(?:error|fatal): /i,
  /^make(?:\[\d+\])?: \*\*\* /,
  /^npm (?:ERR!|error) /,
  /\bERR_PNPM_\w+/,
  /\bELIFECYCLE\b/,
  /^FAILED\b/,
  /^Execution failed for task/,
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const COLOURS = /\u001B\[[0-9;?]*[a-zA-Z]/g;

/** Every pattern needs one of these words: most lines have none, and are done with. */
const ANY_WORD =
  /err|fatal|fail|panic|exception|traceback|not found|no such|denied|unbound|not set|YN00|went wrong|could not|\.go:|\.rb:|line \d|undefined|E: |\*\*\* |go: |node:|file:|cannot/i;

/** Longer lines are judged by their beginning. */
const LONGEST = 500;

/** Undefined for a line that does not look like an error. */
export function findErrorRank(line: string): ErrorRank | undefined {
  const start = line.slice(0, LONGEST);
  if (!ANY_WORD.test(start)) return undefined;
  const text = start.replace(COLOURS, "").trimStart();
  if (OWN_WORDS.some((pattern) => pattern.test(text))) return 0;
  if (OTHER_WORDS.some((pattern) => pattern.test(text))) return 1;
  return undefined;
}
