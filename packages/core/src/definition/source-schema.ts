// The source of an app as the user may write it. Reading it is for @sti/source.
import * as z from "zod";
import { text } from "./schema-values.ts";

const GitSource = z
  .strictObject({
    git: text().describe(
      "Address of the repository: https://…, ssh://… or user@host:path. A path or file://… requires allowLocalGit.",
    ),
    ref: text().optional().describe("Branch, tag or full commit id. Default: HEAD of the repository."),
    dir: text()
      .optional()
      .describe("Folder of the repository to use as the source. Default: the whole repository."),
    submodules: z.boolean().optional().describe("Include submodules. Default: false."),
    allowLocalGit: z
      .boolean()
      .optional()
      .describe(
        "Allow a repository on this machine, with its path relative to the config file. Default: false.",
      ),
  })
  .meta({ id: "GitSource", description: "A commit of a git repository." });

const WorkspaceSource = z
  .strictObject({
    workspace: text().describe(
      "Name of a package in a pnpm, npm, yarn or bun workspace. The source also contains the workspace packages that it depends on, the root manifest and the lockfile, pruned to these packages.",
    ),
    root: text()
      .optional()
      .describe(
        "Root of the workspace, relative to the config file. Default: the nearest one at or above the config file.",
      ),
  })
  .meta({ id: "WorkspaceSource", description: "A workspace package, ready to install." });

const SourcePart = z
  .strictObject({
    from: z
      .union([text(), GitSource, WorkspaceSource])
      .describe(
        "A folder, archive or file, relative to the config file; a git repository; or a workspace package.",
      ),
    to: text().optional().describe("Folder inside the source for this part. Default: the source's root."),
  })
  .meta({ id: "SourcePart", description: "One part of a source that is made of several." });

export const Source = z
  .union([
    text().describe(
      "A folder, an archive (zip, tar, tar.gz, tar.zst) or a single file, relative to the config file.",
    ),
    GitSource,
    WorkspaceSource,
    z.array(SourcePart).min(1, "must have at least one part"),
  ])
  .meta({
    id: "Source",
    description:
      "Source of the app: a folder, an archive (zip, tar, tar.gz, tar.zst; detected by content) or a single file, relative to the config file; a git repository; a workspace package; or a list of parts.",
  });
