// Writes Dockerfile instructions. The only place where a user's text gets into a Dockerfile, always escaped.
import type { Owner } from "../source/source.ts";

/** Build arguments that stand for the characters which end a line, and which no Dockerfile can hold in a value. */
export const LINE_END_ARGUMENTS: Readonly<Record<string, string>> = { STI_NEWLINE: "\n", STI_RETURN: "\r" };

/** `ENV` for each variable; values that hold a line end need LINE_END_ARGUMENTS in the stage. */
export function printEnv(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `ENV ${name}="${escapeValue(value)}"`);
}

/** Whether any value can only be written with the help of LINE_END_ARGUMENTS. */
export function needsLineEndArguments(variables: Readonly<Record<string, string>>): boolean {
  return Object.values(variables).some((value) => /[\r\n]/.test(value));
}

/** An instruction in exec form. */
export function printExec(instruction: string, words: readonly string[]): string {
  return `${instruction} ${JSON.stringify(words)}`;
}

/** `RUN` in exec form with mounts; `network`: of this step alone. */
export function printRun(
  { mounts, network }: { readonly mounts: readonly string[]; readonly network: string | undefined },
  words: readonly string[],
): string {
  const networks = network === undefined ? [] : [`--network=${network}`];
  return ["RUN", ...networks, ...mounts.map((mount) => `--mount=${mount}`), JSON.stringify(words)].join(" ");
}

/** A writable mount of a folder of the context; writes to it are dropped after the instruction. */
export function contextMount(source: string, target: string): string {
  return `type=bind,source=${source},target=${target},rw`;
}

/** A writable mount of a folder of an earlier stage. */
export function stageMount(stage: string, source: string, target: string): string {
  return `type=bind,from=${stage},source=${source},target=${target},rw`;
}

/** A folder of the builder that lasts from build to build. */
export function cacheMount(cache: {
  readonly id: string;
  readonly target: string;
  readonly owner: Owner;
}): string {
  const { id, target, owner } = cache;
  return `type=cache,id=${id},target=${target},uid=${owner.uid},gid=${owner.gid},mode=0755`;
}

/** An empty folder in memory for as long as the instruction runs. */
export function emptyMount(target: string): string {
  return `type=tmpfs,target=${target}`;
}

/** A secret as a file that only its owner can read; without it the build fails. */
export function secretMount(secret: {
  readonly name: string;
  readonly target: string;
  readonly owner: Owner;
}): string {
  const { name, target, owner } = secret;
  return `type=secret,id=${name},target=${target},uid=${owner.uid},gid=${owner.gid},mode=0400,required`;
}

/** A served file that everybody can read; without it the build fails. */
export function fileMount({ id, target }: { readonly id: string; readonly target: string }): string {
  return `type=secret,id=${id},target=${target},mode=0444,required`;
}

function escapeValue(value: string): string {
  const escaped = value.replace(/["\\$]/g, (character) => `\\${character}`);
  return Object.entries(LINE_END_ARGUMENTS).reduce(
    (text, [name, character]) => text.replaceAll(character, `\${${name}}`),
    escaped,
  );
}
