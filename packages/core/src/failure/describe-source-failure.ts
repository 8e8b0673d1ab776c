// The words for sources, Dockerfiles and other files on this machine that cannot be used.
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import type { SourceFailure } from "./source-failure.ts";

export function describeSourceFailure(failure: SourceFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "source-missing":
      return {
        summary: `the source ${formatFile(failure.file)} does not exist`,
        hint: "paths are relative to the config file's folder",
      };
    case "source-not-a-directory":
      return {
        summary: `${formatFile(failure.file)} is not a directory`,
        hint: "the context of an image entry has to be a folder",
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
    case "source-file-refused":
      return {
        summary: `${formatFile(failure.file)} ${failure.problem}`,
        hint: "ignore rules, manifests and lockfiles are read from regular files",
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
    case "source-too-large":
      return {
        summary: `the source ${formatFile(failure.file)} has more than ${gigabytes(failure.limit)} GB`,
        detail: failure.largest.map(({ file, size }) => `${gigabytes(size)} GB  ${list([file])}`).join("\n"),
        hint: "ignore what the build does not need, with .stiignore or ignore",
      };
    case "source-path-twice":
      return {
        summary: `${list([failure.file])} comes from two parts of the source`,
        detail: failure.parts.join("\n"),
        hint: "let the parts go to different folders, with to, or ignore it in one of them",
      };
    case "archive-invalid":
      return {
        summary:
          failure.entry === undefined
            ? `the archive ${formatFile(failure.file)} ${failure.problem}`
            : `the archive ${formatFile(failure.file)}: its entry ${list([failure.entry])} ${failure.problem}`,
        hint: "make the archive again, or name the folder it was made from",
      };
    case "git-ref-unknown":
      return {
        summary: `${failure.url} has no ${failure.ref}`,
        hint: "name a branch, a tag or the full id of a commit",
      };
    case "git-failed":
      return describeGitFailure(failure);
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
    case "durations-unreadable":
      return {
        summary: `${formatFile(failure.file)} says no durations: ${failure.message}`,
        hint: "write it with sti run --metadata-file FILE, or leave --shard-by out",
      };
    case "report-unwritable":
      return {
        summary: `${formatFile(failure.file)} cannot be written: ${failure.message}`,
        hint: "the targets are as they were reported; only this file is missing",
      };
    default:
      return failure satisfies never;
  }
}

/** For a repository that another user owns. */
export function trustHint(repository: string): string {
  const isPlain = /^[\w./@+-]+$/.test(repository);
  const path = isPlain ? repository : `'${repository.replaceAll("'", `'\\''`)}'`;
  return `if you trust who owns it: git config --global --add safe.directory ${path}`;
}

function describeGitFailure({
  message,
  operation,
  url,
}: Extract<SourceFailure, { code: "git-failed" }>): FailureDescription {
  const summary = `git could not ${operation} of ${url}`;
  const [, repository] = /^the repository at (.*) belongs to uid \d+;/s.exec(message) ?? [];
  if (repository !== undefined) return { summary: message, detail: summary, hint: trustHint(repository) };
  // It ends with a hint.
  if (/; remove it, or set XDG_CACHE_HOME/.test(message)) return { summary, detail: message };
  return { summary, detail: message, hint: gitHint(message) };
}

/** By the messages of git and ssh, which run with an English locale. */
function gitHint(message: string): string {
  if (/Host key for .* has changed/.test(message))
    return "the server's host key is not the one that is known: find out why before known_hosts is corrected";
  if (/Host key verification failed/.test(message))
    return "the server's host key is not known: connect once by ssh, compare the fingerprint, then run again";
  if (/Permission denied|Too many authentication failures/.test(message))
    return "the server took none of your ssh keys: start an agent that has the right one, with ssh-add";
  if (/could not read (?:Username|Password)|Authentication failed|returned error: 403/.test(message))
    return "nobody is asked for a password here: let a credential helper of git know it, or use ssh";
  if (/certificate|SSL/.test(message))
    return "to trust a certificate authority, name its file in git's http.sslCAInfo or in GIT_SSL_CAINFO";
  if (/not found|does not exist|does not appear to be a git repository/.test(message))
    return "check the address; servers also say this to those who may not see a repository";
  return "check the address and the connection";
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
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
