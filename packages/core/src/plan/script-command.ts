// The commands that scripts are started with. All read the build-only variables first; none holds a value of them.
import type { ArtifactLimits } from "../definition/target.ts";
import type { ContainerSpec } from "../engine/container.ts";
import { FOLDER } from "./app-build.ts";
import type { BuilderContract } from "./builder-contract.ts";
import { quoteForShell } from "./quote-for-shell.ts";
import type { ScriptWork } from "./script-work.ts";
import { READ_SECRETS, RECEIVE_SECRETS } from "./secret-input.ts";
import { CHECK_FILE } from "./source-check.ts";
import {
  keepingCommand,
  RECEIVE_EXIT,
  type ReceivedArtifacts,
  receivingCommand,
  removingCommand,
  UNPACK_EXIT,
  unpackingCommand,
} from "./unpack-artifacts.ts";

/** Exit codes of our own part of a command, which prints a message on stderr before. */
export const GUARD_EXIT = {
  artifactsTooLarge: 120,
  artifactsTooSlow: 121,
  outputEmpty: 122,
  ...UNPACK_EXIT,
  ...RECEIVE_EXIT,
} as const;

/** The same container, which waits for its input before it does anything: with no secrets, an empty line. */
export function awaitInput<Spec extends Pick<ContainerSpec, "entrypoint" | "hasInput">>(spec: Spec): Spec {
  const [shell = "", option = "", text = "", ...rest] = spec.entrypoint;
  return spec.hasInput === true
    ? spec
    : { ...spec, hasInput: true, entrypoint: [shell, option, `${READ_SECRETS} && ${text}`, ...rest] };
}

/** Printed by a container that is held open, once it has its secrets. */
export const HELD_OPEN = "sti: ready";

/**
 * The same container, which reads its secrets, receives artifacts, and then does nothing until its input ends, with its
 * caller at the latest.
 */
export function holdOpen<Spec extends Pick<ContainerSpec, "entrypoint" | "hasInput">>(
  spec: Spec,
  received?: ReceivedArtifacts,
): Spec {
  const first = [RECEIVE_SECRETS, ...receptions(received)].join(" && ");
  const text = `${first} && echo "${HELD_OPEN}" && while read -r line; do :; done`;
  return { ...spec, hasInput: true, entrypoint: shell(text) };
}

/** The command of a container, to be run in one that is held open. */
export function commandInside(
  { entrypoint }: Pick<ContainerSpec, "entrypoint">,
  received?: ReceivedArtifacts,
): readonly string[] {
  const [program = "", option = "", text = "", ...rest] = entrypoint;
  const done = [READ_SECRETS, ...receptions(received)].map((command) => `${command} && `);
  return [program, option, done.reduce((left, command) => left.replace(command, () => ""), text), ...rest];
}

/** A shell in a container that is held open, or a command, with the variables of its scripts. */
export function shellInside(
  command: readonly string[] | undefined,
  { isTerminal }: { readonly isTerminal: boolean },
) {
  if (command !== undefined) return [...shell(`${READ_VARIABLES} && exec "$@"`), "sh", ...command];
  // A shell that reads commands from a pipe is the plain one, which every image has.
  const start = isTerminal ? "[ -x /bin/bash ] && exec /bin/bash; exec /bin/sh" : "exec /bin/sh";
  return shell(`${READ_VARIABLES}; ${start}`);
}

/** The standard input of a command. */
interface CommandInput {
  readonly readsSecrets?: boolean;
  /** Whether a source cache is checked first. */
  readonly checksSource?: boolean;
  /** Artifacts that are unpacked first, and what is left of them removed afterwards. */
  readonly receives?: ReceivedArtifacts | undefined;
}

/** Becomes the script; where it leaves something to remove, waits for it. */
export function scriptCommand(work: ScriptWork, input: CommandInput = {}): readonly string[] {
  const start = [opening(input), ...preparations(work)].join(" && ");
  const script = quoteForShell(work.script);
  const removals = removalsOf(work, input);
  return removals.length === 0
    ? shell(`${start} && exec ${script}`)
    : shell([`${start} && ${script} || exit`, ...removals, "exit 0"].join("; "));
}

/** Runs a script that has to leave something in a folder, or whose files are collected there. */
export function fillingCommand(
  work: ScriptWork,
  folder: string,
  input: CommandInput = {},
): readonly string[] {
  const start = [opening(input), ...preparations(work)].join(" && ");
  return shell(
    [
      `${start} && ${quoteForShell(work.script)} || exit`,
      ...work.collects.map(({ from, to }) => {
        const target = quoteForShell(to === "" ? folder : `${folder}/${to}`);
        return `mkdir -p ${target} && cp -RpP ${quoteForShell(from)} ${target} || exit`;
      }),
      ...removalsOf(work, input),
      `for found in ${folder}/* ${folder}/.[!.]* ${folder}/..?*; do [ -e "$found" ] || [ -L "$found" ] && exit 0; done`,
      `echo "sti: ${folder} is empty" >&2; exit ${GUARD_EXIT.outputEmpty}`,
    ].join("; "),
  );
}

/**
 * Runs save-artifacts within its limits. They are watched from beside the script, in the same container, since no
 * engine limits the content of a volume or a build stage.
 */
export function guardedCommand(
  work: ScriptWork,
  {
    artifacts,
    folder,
    keepsArchive = false,
  }: {
    readonly artifacts: BuilderContract["artifacts"];
    /** Gets the artifacts. */
    readonly folder: string;
    /** Whether a tar stream becomes a file in the folder. */
    readonly keepsArchive?: boolean;
  },
  limits: ArtifactLimits,
): readonly string[] {
  const script = quoteForShell(work.script);
  const save = keepsArchive ? keepingCommand(script, folder) : unpackingCommand(script, folder);
  const used = `used=$(du -sk ${folder} 2>/dev/null); used=\${used%%[!0-9]*}; [ "\${used:-0}" -gt ${limits.size} ]`;
  const tooLarge = `echo "sti: ${folder} has more than ${limits.size} kB" >&2`;
  const tooSlow = `echo "sti: it takes longer than ${limits.time} s" >&2`;
  return shell(
    [
      `${[READ_VARIABLES, ...preparations(work)].join(" && ")} || exit`,
      // In blocks of 512 bytes: the quickest end for a single file that grows without end.
      `ulimit -f ${limits.size * 2}`,
      `${artifacts === "tar" ? save : script} & script=$!`,
      `( left=${limits.time}; while sleep 1; do left=$((left - 1)); if ${used}; then kill -9 $script; fi; if [ $left -le 0 ]; then trap '' TERM; ${tooSlow}; kill -9 $script; exit ${GUARD_EXIT.artifactsTooSlow}; fi; done ) & guard=$!`,
      "wait $script; code=$?",
      `if ${used}; then ${tooLarge}; exit ${GUARD_EXIT.artifactsTooLarge}; fi`,
      // A guard that has ended the script does not end before it has reported that.
      `kill $guard 2>/dev/null; wait $guard 2>/dev/null; if [ $? -eq ${GUARD_EXIT.artifactsTooSlow} ]; then exit ${GUARD_EXIT.artifactsTooSlow}; fi`,
      "exit $code",
    ].join("\n"),
  );
}

/** Commands before the script, each of which has to succeed. */
function preparations({ installs, unpacks }: ScriptWork): readonly string[] {
  return [
    ...installs.map(({ from, to }) => {
      const [source, target] = [quoteForShell(from), quoteForShell(to)];
      return `mkdir -p ${quoteForShell(parentOf(to))} && cp ${source} ${target} && chmod 755 ${target}`;
    }),
    ...(unpacks === undefined ? [] : [`cp -RpP ${quoteForShell(unpacks)}/. .`]),
  ];
}

/** Scripts of the source are no part of the result, but for the one that starts it; nor are artifacts. */
function removalsOf({ installs }: ScriptWork, { receives }: CommandInput): readonly string[] {
  return [
    ...installs
      .filter(({ isKept }) => !isKept)
      .map(({ to }) => `rm -f ${quoteForShell(to)}; rmdir ${quoteForShell(parentOf(to))} 2>/dev/null`),
    ...(receives === undefined ? [] : [removingCommand(receives.to)]),
  ];
}

function receptions(received: ReceivedArtifacts | undefined): readonly string[] {
  return received === undefined ? [] : [receivingCommand(received)];
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

const READ_VARIABLES = `. ${FOLDER.buildOnly}/env`;

function opening({ checksSource = false, readsSecrets = false, receives }: CommandInput): string {
  return [
    ...(readsSecrets ? [READ_SECRETS] : []),
    ...(checksSource ? [`. ${CHECK_FILE}`] : []),
    ...receptions(receives),
    READ_VARIABLES,
  ].join(" && ");
}

function shell(text: string): readonly string[] {
  return ["/bin/sh", "-c", text];
}
