// The source of an app as the user may write it. Reading it is for @sti/source.
import * as z from "zod";
import { text } from "./schema-values.ts";

const GitSource = z
  .strictObject({
    git: text().describe(
      "Address of the repository: https://…, ssh://… or user@host:path. A path or file://… needs allowLocalGit.",
    ),
    ref: text()
      .optional()
      .describe("Branch, tag or full id of a commit. Default: what the repository says (HEAD)."),
    dir: text().optional().describe("Folder in the repository that is the source. Default: all of it."),
    submodules: z.boolean().optional().describe("Read submodules too. Default: false."),
    allowLocalGit: z
      .boolean()
      .optional()
      .describe(
        "Allow a repository on this machine, by its path relative to the config file. Default: false.",
      ),
  })
  .meta({ id: "GitSource", description: "A commit of a git repository." });

const SourcePart = z
  .strictObject({
    from: z
      .union([text(), GitSource])
      .describe("A folder, archive or file, relative to the config file, or a repository."),
    to: text().optional().describe("Folder inside the source that it goes to. Default: the source's root."),
  })
  .meta({ id: "SourcePart", description: "One of several things that make up a source." });

export const Source = z
  .union([
    text().describe(
      "A folder, an archive (zip, tar, tar.gz, tar.zst) or a single file, relative to the config file.",
    ),
    GitSource,
    z.array(SourcePart).min(1, "must have at least one part"),
  ])
  .meta({ id: "Source", description: "What an app is made of." });
