// The words for failures of the config file itself.
import type { ConfigFailure } from "./config-failure.ts";
import type { FailureDescription, FormatFile } from "./failure-description.ts";

export function describeConfigFailure(failure: ConfigFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "config-not-found":
      return {
        summary: `there is no sti config in ${formatFile(failure.directory)}`,
        detail: `looked for ${failure.searched.join(", ")}`,
        hint: "create sti.config.ts there, or name another place with -C DIR or --config FILE",
      };
    case "config-unreadable":
      return {
        summary: `${formatFile(failure.file)} cannot be read: ${failure.message}`,
        hint: "check that the file exists and that you may read it",
      };
    case "config-syntax":
      return { summary: `the config cannot be parsed: ${failure.message}` };
    case "config-threw":
      return {
        summary: `${formatFile(failure.file)} threw an error: ${failure.message}`,
        hint: "the config is ordinary code: correct what it throws, or catch it there",
      };
    case "config-timeout":
      return {
        summary: `${formatFile(failure.file)} did not finish within ${failure.seconds} seconds`,
        hint: "look for a promise in it, or in what it imports, that never settles",
      };
    case "config-exited":
      return {
        summary: `${formatFile(failure.file)} ended the process (exit code ${failure.exitCode})`,
        hint: "remove process.exit from it and from what it imports; throw an error instead",
      };
    case "config-no-default-export":
      return {
        summary: `${formatFile(failure.file)} has no default export`,
        hint: "write: export default defineConfig({ … })",
      };
    case "profile-unknown":
      return {
        summary: `the config has no profile "${failure.name}"`,
        hint: describeProfiles(failure.suggestion, failure.known),
      };
    case "override-invalid":
      return {
        summary: `--set ${failure.override} ${failure.message}`,
        hint: "write it like --set apps.api.tag=acme/api:ci; a value is JSON where it can be, else text",
      };
    case "config-invalid":
      return { summary: failure.message };
    case "config-unknown-key":
      return describeUnknownKey(failure);
    default:
      return failure satisfies never;
  }
}

function describeUnknownKey(
  failure: Extract<ConfigFailure, { code: "config-unknown-key" }>,
): FailureDescription {
  const hint =
    failure.suggestion === undefined
      ? `known here: ${failure.known.join(", ")}`
      : `did you mean "${failure.suggestion}"?`;
  return {
    summary: `unknown key "${failure.key}"`,
    ...(failure.note === undefined ? {} : { detail: failure.note }),
    ...(failure.suggestion === undefined && failure.known.length === 0 ? {} : { hint }),
  };
}

function describeProfiles(suggestion: string | undefined, known: readonly string[]): string {
  if (suggestion !== undefined) return `did you mean "${suggestion}"?`;
  return known.length === 0 ? "write it under profiles" : `known: ${known.join(", ")}`;
}
