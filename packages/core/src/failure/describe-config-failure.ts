// The words for failures of the config file itself.
import type { ConfigFailure } from "./config-failure.ts";
import type { FailureDescription, FormatFile } from "./failure-description.ts";

export function describeConfigFailure(failure: ConfigFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "config-not-found":
      return {
        summary: `no sti config in ${formatFile(failure.directory)}`,
        detail: `searched ${failure.searched.join(", ")}`,
        hint: "run sti init to propose one, or pass -C DIR or --config FILE",
      };
    case "config-unreadable":
      return {
        summary: `${formatFile(failure.file)} cannot be read: ${failure.message}`,
        hint: "check that the file exists and is readable",
      };
    case "config-syntax":
      return { summary: `config cannot be parsed: ${failure.message}` };
    case "config-threw":
      return {
        summary: `${formatFile(failure.file)} threw an error: ${failure.message}`,
        hint:
          failure.module === undefined
            ? "fix the error, or catch it in the config"
            : importHint(failure.module),
      };
    case "config-timeout":
      return {
        summary: `${formatFile(failure.file)} did not finish within ${failure.seconds} seconds`,
        hint: "check the config and its imports for a promise that never settles",
      };
    case "config-exited":
      return {
        summary: `${formatFile(failure.file)} ended the process (exit code ${failure.exitCode})`,
        hint: "remove process.exit from the config and its imports; throw an error instead",
      };
    case "config-no-default-export":
      return {
        summary: `${formatFile(failure.file)} has no default export`,
        hint: "write: export default defineConfig({ … })",
      };
    case "profile-unknown":
      return {
        summary: `unknown profile "${failure.name}"`,
        hint: describeProfiles(failure.suggestion, failure.known),
      };
    case "override-invalid":
      return {
        summary: `--set ${failure.override} ${failure.message}`,
        hint: "use --set KEY=VALUE, e.g. --set apps.api.tag=acme/api:ci; a value is JSON if it is valid JSON, else text",
      };
    case "variable-invalid":
      return {
        summary: `the environment variable ${failure.variable} ${failure.message}, but is ${JSON.stringify(failure.value)}`,
        hint: `set ${failure.variable} to such a value, or unset it`,
      };
    case "config-invalid":
      return { summary: failure.message };
    case "config-unknown-key":
      return describeUnknownKey(failure);
    default:
      return failure satisfies never;
  }
}

function importHint(module: string): string {
  if (module.startsWith(".")) return "correct the path: it is relative to the importing file";
  if (/^(?:[@~]\/|#)/.test(module))
    return "import the file by a relative path: paths of tsconfig.json are not applied";
  return "install the package, or import a file by a path that begins with ./";
}

function describeUnknownKey(
  failure: Extract<ConfigFailure, { code: "config-unknown-key" }>,
): FailureDescription {
  const hint =
    failure.suggestion === undefined
      ? describeKnownKeys(failure.known)
      : `did you mean "${failure.suggestion}"?`;
  return {
    summary: `unknown key "${failure.key}"`,
    ...(failure.note === undefined ? {} : { detail: failure.note }),
    ...(failure.suggestion === undefined && failure.known.length === 0 ? {} : { hint }),
  };
}

const SHOWN_KEYS = 8;

/** Not all, for an app has more keys than a terminal has lines. */
function describeKnownKeys(known: readonly string[]): string {
  const more = known.length - SHOWN_KEYS;
  const shown = `known here: ${known.slice(0, SHOWN_KEYS).join(", ")}`;
  return more <= 0 ? shown : `${shown} and ${more} more (docs/config.md)`;
}

function describeProfiles(suggestion: string | undefined, known: readonly string[]): string {
  if (suggestion !== undefined) return `did you mean "${suggestion}"?`;
  return known.length === 0 ? "define it under profiles" : `known: ${known.join(", ")}`;
}
