// The files a script finds in /run/sti: variables for the build only, the host's certificates, scripts of the source.
// They are mounted, so that neither the image nor its history ever holds them.
import { declaredName } from "../definition/declared-name.ts";
import { EARLIER_METHODS } from "../definition/method.ts";
import { workspacePackage } from "../definition/workspace-package.ts";
import type { ArchivePart, SourceSnapshot } from "../source/source.ts";
import type { AppBuild } from "./app-build.ts";
import { gitVariables } from "./git-variables.ts";
import { quoteForShell } from "./quote-for-shell.ts";
import { OVERRIDES_FOLDER, overridesOf } from "./script-work.ts";
import { trustFiles, trustVariables } from "./trust-files.ts";

const ROOT = { uid: 0, gid: 0 };

/**
 * The variables a script sees on top of the image's: sti's own, the app's, the host's. Apps and methods share
 * dependency layers: there, no variable names the app, the method, the kind of build or the commit.
 */
export function buildOnlyVariables({
  hostTrust,
  inputs,
  reuse,
  snapshot,
  target,
  time,
}: Pick<AppBuild, "hostTrust" | "inputs" | "reuse" | "snapshot" | "target" | "time">): Readonly<
  Record<string, string>
> {
  const workspace = workspacePackage(target);
  return {
    ...trustVariables(hostTrust),
    ...hostTrust?.env,
    ...target.buildEnv,
    ...(workspace === undefined ? {} : { STI_WORKSPACE: workspace }),
    ...(inputs === undefined
      ? {
          STI_APP: declaredName(target),
          STI_METHOD: EARLIER_METHODS[target.method],
          STI_INCREMENTAL: String(reuse.kind === "incremental"),
          ...gitVariables(target, snapshot),
        }
      : {}),
    SOURCE_DATE_EPOCH: String(time),
  };
}

/** The files themselves, below `folder` of an archive. */
export function buildOnlyFiles(folder: string, build: AppBuild): readonly ArchivePart[] {
  const { hostTrust, snapshot } = build;
  const lines = Object.entries(buildOnlyVariables(build)).map(
    ([name, value]) => `export ${name}=${quoteForShell(value)}\n`,
  );
  const file = (name: string, content: string | Uint8Array): ArchivePart => ({
    kind: "file",
    path: `${folder}/${name}`,
    content,
    mode: 0o444,
    owner: ROOT,
  });
  return [
    file("env", lines.join("")),
    ...overrideParts(overridesOf(build), { snapshot, path: `${folder}/${OVERRIDES_FOLDER}` }),
    ...trustFiles(hostTrust).map(({ content, name }) => file(name, content)),
  ];
}

/** Scripts of the source, which every stage can read: its own source may be another one. */
function overrideParts(
  files: readonly string[],
  { path, snapshot }: { readonly path: string; readonly snapshot: SourceSnapshot },
): readonly ArchivePart[] {
  if (files.length === 0) return [];
  const folders = snapshot.entries.filter(
    (entry) => entry.kind === "directory" && files.some((file) => file.startsWith(`${entry.path}/`)),
  );
  const only = new Set([...files, ...folders.map((entry) => entry.path)]);
  return [{ kind: "source", snapshot, path, owner: ROOT, only }];
}
