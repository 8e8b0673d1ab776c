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

const WorkspaceSource = z
  .strictObject({
    workspace: text().describe(
      "Name of a package of a pnpm, npm or yarn workspace. It comes with the workspace packages that it depends on, the root manifest, and the lockfile cut down to what these need.",
    ),
    root: text()
      .optional()
      .describe(
        "Root of the workspace, relative to the config file. Default: the nearest one at or above the config file.",
      ),
  })
  .meta({ id: "WorkspaceSource", description: "A package of a workspace, ready to be installed." });

const SourcePart = z
  .strictObject({
    from: z
      .union([text(), GitSource, WorkspaceSource])
      .describe(
        "A folder, archive or file, relative to the config file, a repository, or a package of a workspace.",
      ),
    to: text().optional().describe("Folder inside the source that it goes to. Default: the source's root."),
  })
  .meta({ id: "SourcePart", description: "One of several things that make up a source." });

export const Source = z
  .union([
    text().describe(
      "A folder, an archive (zip, tar, tar.gz, tar.zst) or a single file, relative to the config file.",
    ),
    GitSource,
    WorkspaceSource,
    z.array(SourcePart).min(1, "must have at least one part"),
  ])
  .meta({ id: "Source", description: "What an app is made of." });
