// Schemas of `sti init --json`, `sti lock --json`, `sti doctor --json` and `sti ci json`.
import * as z from "zod";
import { flag, schemaVersion, targetName, text, texts } from "./fields.ts";
import { lockedImage } from "./locked-image.ts";

export const initDocument = z.object({
  schemaVersion,
  file: text("Name of the config file."),
  text: text("Text of the config file."),
  isWritten: flag("Whether the files were written; false with `--dry-run`."),
  files: texts("Files to write, relative to the folder; the folder of a builder ends in a slash."),
  takenOver: z
    .array(
      z.object({
        name: targetName,
        kind: z.enum(["app", "image", "service"]).describe("Kind of the entry."),
        place: text("Folder of the source, path of the Dockerfile, or reference of the image."),
        facts: texts("Facts that led to the target, for people."),
      }),
    )
    .describe("Entries of the config."),
  notTakenOver: z
    .array(
      z.object({
        place: text("File, or a file and a name in it: `compose.yaml, db`."),
        reason: text("Reason, for people."),
      }),
    )
    .describe("Parts of the folder that the config does not contain."),
  preparations: z
    .array(
      z.object({
        folder: text("Folder of the command: `.` or `./PATH`."),
        command: text("The command."),
        problem: text("Problem that the command solves: `has no poetry.lock`."),
      }),
    )
    .describe("Commands to run before the first build."),
  hostTrust: texts("Variables of this machine because of which the config sets `defaults.hostTrust`."),
});

export const lockDocument = z.object({
  schemaVersion,
  file: text("Path of the lock file, absolute."),
  check: flag("Whether `--check` was given: nothing was written."),
  upToDate: flag("Whether the lock file is complete and the engine agrees with it."),
  images: z
    .array(
      z.object({
        image: text("Name of the image as in the config."),
        change: z
          .enum(["added", "moved", "removed", "unchanged", "drifted"])
          .describe("Change of the entry. `drifted`: the engine has another image under this name, or none."),
        before: lockedImage.nullable().describe("The entry before; null if there was none."),
        after: lockedImage.nullable().describe("The entry after; null if there is none."),
        present: lockedImage
          .omit({ platform: true })
          .nullable()
          .describe("Only of a drifted image: the engine's image under this name; null if it has none.")
          .optional(),
      }),
    )
    .describe("External images and entries, by name."),
});

export const doctorDocument = z.object({
  schemaVersion,
  checks: z
    .array(
      z.object({
        check: text("Subject of the check: `engine`, `disk`."),
        state: z.enum(["ok", "warning", "problem"]).describe("Result of the check."),
        found: text("Finding in one line, for people."),
        fix: text("Suggested fix; missing if nothing is wrong.").optional(),
      }),
    )
    .describe("The checks in the order of the output."),
});

export const levelsDocument = z.object({
  schemaVersion,
  levels: z
    .array(z.array(z.string()))
    .describe("Names of targets; each level needs only targets of earlier levels."),
  jobs: z
    .record(z.string(), z.array(z.string()))
    .describe("Names of targets by the job of a printed pipeline that builds them; a job may have none."),
});
