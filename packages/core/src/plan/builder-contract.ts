// The contract between sti and an image that builds or starts apps: paths of its scripts, folders of a build, form of
// its artifacts. A property of the image, not of the config. Pure.
import type { AppTarget } from "../definition/target.ts";
import type { ImageConfig } from "../engine/image.ts";
import type { NeededImage } from "../graph/target-graph.ts";

/** The roles of the scripts that every image is inspected for. */
export type ScriptName = "prepare-dependencies" | "prepare" | "run" | "save-artifacts";

/** The roles of all scripts. "prepare-runtime" prepares the runtime image of an extended build. */
export type ContractScript = ScriptName | "prepare-runtime" | "usage";

/** Absolute paths. Source and artifacts are the folders "src" and "artifacts" in the destination. */
export interface BuilderFolders {
  readonly scripts: string;
  readonly destination: string;
  readonly source: string;
  readonly artifacts: string;
}

/** A file or folder that the build stage of an extended build hands on. */
export interface InputFile {
  readonly from: string;
  /** Folder below the output, "" for the output itself. */
  readonly to: string;
}

export interface BuilderContract {
  readonly kind: "sti" | "s2i";
  /** Absolute paths by role. */
  readonly scripts: Readonly<Record<ContractScript, string>>;
  readonly folders: BuilderFolders;
  /** The output of save-artifacts: files in the folder of artifacts, or a tar stream. */
  readonly artifacts: "folder" | "tar";
  /** Whether the folder of artifacts is there in a clean build. */
  readonly emptyArtifacts: boolean;
  /** Whether results have the entry point of their base. */
  readonly keepsEntrypoint: boolean;
  /** Whether prepare of an extended build fills the output itself; else its input files are copied there. */
  readonly fillsOutput: boolean;
  /** Whether prepare-runtime finds its input in the working directory, too. */
  readonly unpacksInput: boolean;
  /** Who prepares, if the app names nobody; undefined: the image's USER. */
  readonly user?: string | undefined;
  /** The same for prepare-runtime. */
  readonly runtimeUser?: string | undefined;
  /** Folder of the source whose scripts replace those of the image, by file name. */
  readonly sourceScripts?: string | undefined;
  /** File of the source with variables of the result. */
  readonly sourceEnv?: string | undefined;
  /** Names of labels that results get besides sti's own. */
  readonly labels?: BuilderLabels | undefined;
  /** An address of scripts that are not in the image: sti downloads no programs. */
  readonly refusedScripts?: string | undefined;
}

export interface BuilderLabels {
  readonly displayName: string;
  readonly buildImage: string;
  readonly location: string;
  readonly commit: readonly string[];
}

/** Folders of builds on images with sti's own contract. */
export const STI_FOLDERS = {
  destination: "/tmp",
  source: "/tmp/src",
  artifacts: "/tmp/artifacts",
} as const;

/** `folder`: the app's `scripts`. */
export function stiContract(folder: string): BuilderContract {
  const path = (name: string) => `${folder}/${name}`;
  return {
    kind: "sti",
    scripts: {
      "prepare-dependencies": path("prepare-dependencies"),
      prepare: path("prepare"),
      "prepare-runtime": path("prepare"),
      run: path("run"),
      "save-artifacts": path("save-artifacts"),
      usage: path("usage"),
    },
    folders: { ...STI_FOLDERS, scripts: folder },
    artifacts: "folder",
    emptyArtifacts: true,
    keepsEntrypoint: false,
    fillsOutput: true,
    unpacksInput: false,
  };
}

const S2I = "io.openshift.s2i";

const S2I_LABELS: BuilderLabels = {
  displayName: "io.k8s.display-name",
  buildImage: `${S2I}.build.image`,
  location: `${S2I}.build.source-location`,
  // The second one is the commit that `s2i rebuild` checks out.
  commit: [`${S2I}.build.commit.id`, `${S2I}.build.commit.ref`],
};

/** Undefined for an image that does not name a place of s2i's scripts. */
export function s2iContract(config: Pick<ImageConfig, "env" | "labels">): BuilderContract | undefined {
  const { labels } = config;
  const url = labels[`${S2I}.scripts-url`] || labels["io.s2i.scripts-url"] || scriptsVariable(config);
  if (url === undefined || url === "") return undefined;
  const isInImage = url.startsWith("image://");
  const folder = trimSlashes(isInImage ? url.slice("image://".length) : url);
  const destination = trimSlashes(labels[`${S2I}.destination`] || "/tmp");
  const path = (name: string) => `${folder}/${name}`;
  return {
    kind: "s2i",
    scripts: {
      "prepare-dependencies": path("prepare-dependencies"),
      prepare: path("assemble"),
      "prepare-runtime": path("assemble-runtime"),
      run: path("run"),
      "save-artifacts": path("save-artifacts"),
      usage: path("usage"),
    },
    folders: {
      scripts: folder,
      destination,
      source: `${destination}/src`,
      artifacts: `${destination}/artifacts`,
    },
    artifacts: "tar",
    emptyArtifacts: false,
    keepsEntrypoint: true,
    fillsOutput: false,
    unpacksInput: true,
    user: labels[`${S2I}.assemble-user`] || undefined,
    runtimeUser: labels[`${S2I}.assemble-runtime-user`] || undefined,
    sourceScripts: ".s2i/bin",
    sourceEnv: ".s2i/environment",
    labels: S2I_LABELS,
    refusedScripts: isInImage ? undefined : url,
  };
}

/** Who prepares an image for an app; undefined: the image's USER. */
export function preparingUser(
  { limits }: Pick<AppTarget, "limits">,
  contract: BuilderContract,
  role: NeededImage["role"],
): string | undefined {
  return limits.user ?? (role === "runtime-image" ? contract.runtimeUser : contract.user);
}

/** Label of a runtime image: the files of the build stage that it needs, as "/from:to;/from". */
export const INPUT_FILES_LABEL = `${S2I}.assemble-input-files`;

/** The files that a runtime image asks for. */
export function inputFilesOf({ labels }: Pick<ImageConfig, "labels">): readonly InputFile[] {
  const items = (labels[INPUT_FILES_LABEL] ?? "").split(";").map((item) => item.trim());
  return items
    .filter((item) => item !== "")
    .map((item) => {
      const colon = item.indexOf(":");
      const [from, to] = colon < 0 ? [item, ""] : [item.slice(0, colon), item.slice(colon + 1)];
      const names = to.split("/").filter((name) => name !== "" && name !== "." && name !== "..");
      return { from, to: names.join("/") };
    });
}

function scriptsVariable({ env }: Pick<ImageConfig, "env">): string | undefined {
  const prefix = "STI_SCRIPTS_URL=";
  return env.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
}

/** Whether labels are those of an s2i builder image, and not those that a result has from one. */
export function isS2iBuilder(labels: Readonly<Record<string, string>>): boolean {
  return s2iContract({ labels, env: [] }) !== undefined && labels[S2I_LABELS.buildImage] === undefined;
}

function trimSlashes(path: string): string {
  return path.replace(/\/+$/, "");
}
