// Schemas of failures of sources, Dockerfiles and files of the session.
import * as z from "zod";
import { amount, text, texts } from "../fields.ts";
import { failureOf, file, message, ofTarget } from "./fields.ts";

const files = texts("Paths of the files.");
const url = text("URL of the repository, without credentials.");

export const sourceFailures = [
  failureOf("source-missing", "A source does not exist.", { file, ...ofTarget }),
  failureOf("source-not-a-directory", "A source should be a folder.", { file, ...ofTarget }),
  failureOf("source-empty", "A source has no files.", { file, ...ofTarget }),
  failureOf("source-unreadable", "Files of a source cannot be read.", { files, ...ofTarget }),
  failureOf("source-special-file", "A source has sockets, devices or pipes.", { files, ...ofTarget }),
  failureOf("source-file-refused", "A file with rules, a manifest or a lockfile is not usable.", {
    file,
    problem: text("Problem for people, to follow the file's name."),
    ...ofTarget,
  }),
  failureOf("source-name-invalid", "Names of files cannot be sent to an engine.", { files, ...ofTarget }),
  failureOf("ignore-invalid", "An ignore file has invalid patterns.", {
    file,
    lines: texts("The invalid lines: `line 3: [a`."),
    ...ofTarget,
  }),
  failureOf("source-changed", "A file changed while it was sent.", { file, ...ofTarget }),
  failureOf("source-too-large", "A source is larger than the limit.", {
    file,
    limit: amount("The limit in bytes."),
    largest: z
      .array(z.object({ file, size: amount("Size in bytes.") }))
      .describe("The largest files, largest first."),
    ...ofTarget,
  }),
  failureOf("source-path-twice", "Two parts of a source have the same path.", {
    file: text("Path inside the source."),
    parts: z.tuple([z.string(), z.string()]).describe("Places of the two parts in the config, as text."),
    ...ofTarget,
  }),
  failureOf("archive-invalid", "An archive is invalid.", {
    file,
    entry: text("Path of the invalid entry.").optional(),
    problem: text("Problem for people, to follow the file or entry: `leads out of the archive`."),
    ...ofTarget,
  }),
  failureOf("git-ref-unknown", "A git repository has no such ref.", {
    url,
    ref: text("Branch, tag or commit."),
    ...ofTarget,
  }),
  failureOf("git-failed", "A git operation failed.", {
    url,
    operation: text("The operation: `fetch 1f3c…`."),
    message,
    ...ofTarget,
  }),
  failureOf("dockerfile-missing", "The Dockerfile of an image entry does not exist.", { file, ...ofTarget }),
  failureOf("dockerfile-invalid", "The Dockerfile of an image entry is invalid.", {
    file,
    message,
    ...ofTarget,
  }),
  failureOf("host-trust-unreadable", "The host's certificates cannot be read.", { file, message }),
  failureOf("report-unwritable", "A report or another output file cannot be written.", { file, message }),
  failureOf("durations-unreadable", "The durations for `--shard` cannot be read.", { file, message }),
] as const;
