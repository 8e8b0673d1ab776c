// The words for sources, Dockerfiles and other files on this machine that cannot be used.
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import type { SourceFailure } from "./source-failure.ts";

export function describeSourceFailure(failure: SourceFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "source-missing":
      return {
        summary: `source ${formatFile(failure.file)} does not exist`,
        hint: "check the path: it is relative to the config's folder",
      };
    case "source-not-a-directory":
      return {
        summary: `${formatFile(failure.file)} is not a directory`,
        hint: "set context to a folder",
      };
    case "source-empty":
      return {
        summary: `source ${formatFile(failure.file)} has no files`,
        hint: "check the path and the ignore rules",
      };
    case "source-unreadable":
      return {
        summary: `source has ${count(failure.files, "unreadable file")}`,
        detail: list(failure.files),
        hint: "make them readable, or ignore them",
      };
    case "source-special-file":
      return {
        summary: `source has ${count(failure.files, "entry", "entries")} other than files, folders and links`,
        detail: list(failure.files),
        hint: "remove or ignore them: an image cannot contain sockets, pipes or devices",
      };
    case "source-file-refused":
      return {
        summary: `${formatFile(failure.file)} ${failure.problem}`,
        hint: "replace it with a regular file",
      };
    case "source-name-invalid":
      return {
        summary: `source has ${count(failure.files, "invalid name")}`,
        detail: list(failure.files),
        hint: "rename or ignore them: names must be valid UTF-8, and .wh. at their beginning means removed files in images",
      };
    case "ignore-invalid":
      return {
        summary: `${formatFile(failure.file)} has ${count(failure.lines, "invalid pattern")}`,
        detail: list(failure.lines),
        hint: "use patterns of .dockerignore; write \\[ for a literal bracket",
      };
    case "source-changed":
      return {
        summary: `${formatFile(failure.file)} changed while it was being read`,
        hint: "run again when nothing is writing to the source",
      };
    case "source-too-large":
      return {
        summary: `source ${formatFile(failure.file)} is larger than ${gigabytes(failure.limit)} GB`,
        detail: failure.largest.map(({ file, size }) => `${gigabytes(size)} GB  ${list([file])}`).join("\n"),
        hint: "ignore unneeded files with .stiignore or ignore",
      };
    case "source-path-twice":
      return {
        summary: `${list([failure.file])} is in two parts of the source`,
        detail: failure.parts.join("\n"),
        hint: "give one part another folder with to, or ignore the file in one part",
      };
    case "archive-invalid":
      return {
        summary:
          failure.entry === undefined
            ? `archive ${formatFile(failure.file)} ${failure.problem}`
            : `archive ${formatFile(failure.file)}: its entry ${list([failure.entry])} ${failure.problem}`,
        hint: "recreate the archive, or use the folder it was made from",
      };
    case "git-ref-unknown":
      return {
        summary: `${failure.ref} not found in ${failure.url}`,
        hint: "use a branch, a tag or the full id of a commit",
      };
    case "git-failed":
      return describeGitFailure(failure);
    case "dockerfile-missing":
      return {
        summary: `Dockerfile ${formatFile(failure.file)} does not exist`,
        hint: "set dockerfile to another file; the path is relative to the context",
      };
    case "dockerfile-invalid":
      return { summary: `invalid Dockerfile ${formatFile(failure.file)}: ${failure.message}` };
    case "host-trust-unreadable":
      return {
        summary: `certificates of this machine in ${formatFile(failure.file)} cannot be read: ${failure.message}`,
        hint: "fix the file or the variable SSL_CERT_FILE, or turn off hostTrust",
      };
    case "durations-unreadable":
      return {
        summary: `${formatFile(failure.file)} contains no durations: ${failure.message}`,
        hint: "write it with sti run --metadata-file FILE, or omit --shard-by",
      };
    case "report-unwritable":
      return {
        summary: `${formatFile(failure.file)} cannot be written: ${failure.message}`,
        hint: "check its folder; the results of the targets stand",
      };
    default:
      return failure satisfies never;
  }
}

/** For a repository that another user owns. */
export function trustHint(repository: string): string {
  const isPlain = /^[\w./@+-]+$/.test(repository);
  const path = isPlain ? repository : `'${repository.replaceAll("'", `'\\''`)}'`;
  return `if you trust its owner, run git config --global --add safe.directory ${path}`;
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
    return "find out why the server's host key changed before you edit known_hosts";
  if (/Host key verification failed/.test(message))
    return "unknown host key: connect once with ssh, compare the fingerprint, then run again";
  if (/Permission denied|Too many authentication failures/.test(message))
    return "add the right key to your ssh agent with ssh-add";
  if (/could not read (?:Username|Password)|Authentication failed|returned error: 403/.test(message))
    return "set up a credential helper of git, or use ssh: sti asks for no passwords";
  if (/certificate|SSL/.test(message))
    return "set git's http.sslCAInfo or GIT_SSL_CAINFO to the file of the certificate authority";
  if (/not found|does not exist|does not appear to be a git repository/.test(message))
    return "check the address and your access to the repository";
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
