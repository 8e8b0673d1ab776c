// The words for sources, Dockerfiles and other files on this machine that cannot be used.
import type { FailureDescription, FormatFile } from "./describe-failure.ts";
import type { SourceFailure } from "./failure.ts";

export function describeSourceFailure(failure: SourceFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "source-missing":
      return {
        summary: `the source ${formatFile(failure.file)} does not exist`,
        hint: "paths are relative to the config file's folder",
      };
    case "source-not-a-directory":
      return {
        summary: `the source ${formatFile(failure.file)} is not a directory`,
        hint: "name the folder that holds the source",
      };
    case "source-empty":
      return {
        summary: `the source ${formatFile(failure.file)} holds no files`,
        hint: "check the path, and that ignore rules do not leave out everything",
      };
    case "source-unreadable":
      return {
        summary: `the source has ${count(failure.files, "file")} that cannot be read`,
        detail: list(failure.files),
        hint: "give yourself read permission, or ignore what the build does not need",
      };
    case "source-special-file":
      return {
        summary: `the source has ${count(failure.files, "entry", "entries")} other than files, folders and links`,
        detail: list(failure.files),
        hint: "sockets, pipes and devices cannot go into an image: remove or ignore them",
      };
    case "source-name-invalid":
      return {
        summary: `the source has ${count(failure.files, "name")} that cannot go into an image`,
        detail: list(failure.files),
        hint: "rename or ignore them: names have to be valid UTF-8",
      };
    case "ignore-invalid":
      return {
        summary: `${formatFile(failure.file)} has ${count(failure.lines, "line")} that are no pattern`,
        detail: list(failure.lines),
        hint: "patterns are those of .dockerignore; write \\[ for a bracket that stands for itself",
      };
    case "source-changed":
      return {
        summary: `${formatFile(failure.file)} changed while it was being read`,
        hint: "run again when nothing is writing to the source",
      };
    case "dockerfile-missing":
      return {
        summary: `the Dockerfile ${formatFile(failure.file)} does not exist`,
        hint: "it is looked for in the context; another name is set with dockerfile",
      };
    case "dockerfile-invalid":
      return { summary: `${formatFile(failure.file)} is not a valid Dockerfile: ${failure.message}` };
    case "host-trust-unreadable":
      return {
        summary: `this machine's certificates in ${formatFile(failure.file)} cannot be read: ${failure.message}`,
        hint: "correct the file or the variable that names it (SSL_CERT_FILE), or turn hostTrust off",
      };
    default:
      return failure satisfies never;
  }
}

function count(files: readonly string[], one: string, many = `${one}s`): string {
  return files.length === 1 ? `one ${one}` : `${files.length} ${many}`;
}

const shownFiles = 10;

/** File names come from disk and may hold anything, so they are quoted when they are not plain. */
function list(files: readonly string[]): string {
  const lines = files
    .slice(0, shownFiles)
    .map((file) => (/^[\w./@+ -]+$/u.test(file) ? file : JSON.stringify(file)));
  if (files.length > shownFiles) lines.push(`and ${files.length - shownFiles} more`);
  return lines.join("\n");
}
