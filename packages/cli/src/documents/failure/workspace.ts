// Schemas of failures of workspaces.
import { flag, text, texts } from "../fields.ts";
import { failureOf, file, message, ofTarget, suggestion } from "./fields.ts";

const name = text("Name of the package.");
const root = text("Root folder of the workspace.");

export const workspaceFailures = [
  failureOf("workspace-missing", "There is no workspace.", {
    folder: text("The folder."),
    searched: flag("Whether the folders above it were searched, too."),
    ...ofTarget,
  }),
  failureOf("workspace-invalid", "A file of a workspace is invalid.", { file, message, ...ofTarget }),
  failureOf("workspace-package-unknown", "A workspace has no such package.", {
    name,
    root,
    suggestion: suggestion.optional(),
    dependent: text(
      "Manifest that depends on the package; missing for the package of the config.",
    ).optional(),
    ...ofTarget,
  }),
  failureOf("workspace-package-twice", "Two packages of a workspace have the same name.", {
    name,
    folders: texts("Folders of the packages."),
    ...ofTarget,
  }),
  failureOf("workspace-package-outside", "A package is outside of its workspace.", {
    name,
    folder: text("Folder of the package."),
    root,
    ...ofTarget,
  }),
] as const;
