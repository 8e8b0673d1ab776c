// The words for packages of a workspace that cannot be a source.
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import type { WorkspaceFailure } from "./workspace-failure.ts";

export function describeWorkspaceFailure(
  failure: WorkspaceFailure,
  formatFile: FormatFile,
): FailureDescription {
  switch (failure.code) {
    case "workspace-missing":
      return {
        summary: failure.searched
          ? `there is no workspace at or above ${formatFile(failure.folder)}`
          : `${formatFile(failure.folder)} is not the root of a workspace`,
        hint: "a root has a pnpm-workspace.yaml with packages, or a package.json with workspaces; root names its folder",
      };
    case "workspace-invalid":
      return { summary: `${formatFile(failure.file)} cannot be used: ${failure.message}` };
    case "workspace-package-unknown": {
      const { dependent, name, root, suggestion } = failure;
      const asks = dependent === undefined ? "" : `, which ${formatFile(dependent)} depends on`;
      return {
        summary: `the workspace ${formatFile(root)} has no package "${name}"${asks}`,
        hint:
          suggestion === undefined
            ? "the patterns in pnpm-workspace.yaml or in workspaces of package.json say which folders are packages"
            : `did you mean "${suggestion}"?`,
      };
    }
    case "workspace-package-twice":
      return {
        summary: `several packages of the workspace are called "${failure.name}"`,
        detail: failure.folders.map(formatFile).join("\n"),
        hint: "give them different names",
      };
    case "workspace-package-outside":
      return {
        summary: `the package "${failure.name}" in ${formatFile(failure.folder)} is outside of its workspace ${formatFile(failure.root)}`,
        hint: "move it below the root, or name its folder as a part of the source",
      };
    default:
      return failure satisfies never;
  }
}
