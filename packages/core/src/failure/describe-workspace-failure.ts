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
          ? `no workspace at or above ${formatFile(failure.folder)}`
          : `${formatFile(failure.folder)} is not the root of a workspace`,
        hint: "set root to a folder with a pnpm-workspace.yaml, or a package.json with workspaces",
      };
    case "workspace-invalid":
      return { summary: `${formatFile(failure.file)} cannot be used: ${failure.message}` };
    case "workspace-package-unknown": {
      const { dependent, name, root, suggestion } = failure;
      const asks = dependent === undefined ? "" : `, a dependency of ${formatFile(dependent)}`;
      return {
        summary: `package "${name}" not found in the workspace ${formatFile(root)}${asks}`,
        hint:
          suggestion === undefined
            ? "check the patterns in pnpm-workspace.yaml, or workspaces in package.json"
            : `did you mean "${suggestion}"?`,
      };
    }
    case "workspace-package-twice":
      return {
        summary: `several packages of the workspace have the name "${failure.name}"`,
        detail: failure.folders.map(formatFile).join("\n"),
        hint: "rename one of them",
      };
    case "workspace-package-outside":
      return {
        summary: `package "${failure.name}" in ${formatFile(failure.folder)} is outside its workspace ${formatFile(failure.root)}`,
        hint: "move it below the root, or add its folder as a part of the source",
      };
    default:
      return failure satisfies never;
  }
}
