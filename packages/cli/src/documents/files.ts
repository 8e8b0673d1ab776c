// Schema of the files of a source, output of `sti plan --files --json`.
import * as z from "zod";
import { amount, flag, schemaVersion, targetName, text, texts } from "./fields.ts";
import { revision } from "./plan.ts";

const path = text("Path relative to the root of the source, separated by `/`.");

export const filesDocument = z.object({
  schemaVersion,
  target: targetName,
  digest: text("sha256 over paths, executable bits, link targets and bytes, hex."),
  size: amount("Size of all files in bytes."),
  revision: revision.nullable().describe("Commit of a source from git; null for any other source."),
  packages: z
    .array(
      z.object({
        path: text("Folder in the source, empty for its root."),
        name: text("Name in its manifest.").nullable(),
        extent: z
          .enum(["whole", "manifest", "root"])
          .describe(
            "`manifest`: the package.json alone, for only development dependencies lead to it; `root`: manifest, settings and lockfile of the workspace.",
          ),
        reason: z
          .object({
            field: text("Field that names the package, such as `dependencies`."),
            file: text("File with the field, in the source."),
          })
          .nullable()
          .describe("The first reason found; null for the root and the package that the config names."),
      }),
    )
    .describe("Packages of workspaces in the source."),
  leftOut: z
    .array(
      z.object({
        path: text("Path relative to the folder of the config. A folder stands for everything below it."),
        rules: z
          .enum(["default", "file", "config", "sti"])
          .describe(
            "Place of the rule: the defaults for apps, an ignore file, `ignore` of the app, the files that sti writes.",
          ),
        file: text("The ignore file, relative to the folder of the config.").nullable(),
      }),
    )
    .describe("Paths that ignore rules leave out of folders; archives and sources from git list none."),
  notes: texts("Notes about the source for people, a sentence each."),
  entries: z
    .array(
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("directory"), path }).describe("A folder."),
        z
          .object({
            kind: z.literal("file"),
            path,
            executable: flag("Whether the owner may execute it."),
            size: amount("Size in bytes."),
            digest: text("sha256 of the content, hex."),
            isLfsPointer: z
              .literal(true)
              .describe("Set if the content is a pointer of Git LFS instead of the large file.")
              .optional(),
          })
          .describe("A file."),
        z
          .object({
            kind: z.literal("symlink"),
            path,
            linkTarget: text("Target of the link as stored."),
          })
          .describe("A symbolic link."),
      ]),
    )
    .describe("Everything that goes into the build, sorted by path."),
});
