// Writes Dockerfile instructions. The only place where a user's text gets into a Dockerfile, always escaped.

/** Stands for a line feed, which no Dockerfile can hold in a value; given as a build argument. */
export const NEWLINE_ARGUMENT = "STI_NEWLINE";

/** `ENV` for each variable; a value that holds a line feed needs the argument NEWLINE_ARGUMENT in the stage. */
export function printEnv(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `ENV ${name}="${escapeValue(value)}"`);
}

/** Whether any value can only be written with the help of NEWLINE_ARGUMENT. */
export function needsNewlineArgument(variables: Readonly<Record<string, string>>): boolean {
  return Object.values(variables).some((value) => value.includes("\n"));
}

/** An instruction in exec form. */
export function printExec(instruction: string, words: readonly string[]): string {
  return `${instruction} ${JSON.stringify(words)}`;
}

/** `RUN` in exec form with mounts. */
export function printRun(mounts: readonly string[], words: readonly string[]): string {
  return ["RUN", ...mounts.map((mount) => `--mount=${mount}`), JSON.stringify(words)].join(" ");
}

/** A writable mount of a folder of the context; what is written to it is dropped after the instruction. */
export function contextMount(source: string, target: string): string {
  return `type=bind,source=${source},target=${target},rw`;
}

/** A writable mount of a folder of an earlier stage. */
export function stageMount(stage: string, source: string, target: string): string {
  return `type=bind,from=${stage},source=${source},target=${target},rw`;
}

function escapeValue(value: string): string {
  return value
    .replace(/["\\$]/g, (character) => `\\${character}`)
    .replaceAll("\n", `\${${NEWLINE_ARGUMENT}}`);
}
