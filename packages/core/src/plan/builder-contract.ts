// The contract between sti and an image that builds or starts apps: paths of its scripts, folders of a build, form of
// its artifacts. A property of the image, not of the config. Pure.

/** The roles of the scripts that an image is inspected for. */
export type ScriptName = "prepare-dependencies" | "prepare" | "run" | "save-artifacts";

/** The roles of all scripts. */
export type ContractScript = ScriptName | "usage";

/** Absolute paths. Source and artifacts are the folders "src" and "artifacts" in the destination. */
export interface BuilderFolders {
  readonly scripts: string;
  readonly destination: string;
  readonly source: string;
  readonly artifacts: string;
}

export interface BuilderContract {
  readonly kind: "sti";
  /** Absolute paths by role. */
  readonly scripts: Readonly<Record<ContractScript, string>>;
  readonly folders: BuilderFolders;
  /** The output of save-artifacts: files in the folder of artifacts. */
  readonly artifacts: "folder";
  /** Whether the folder of artifacts is there in a clean build. */
  readonly emptyArtifacts: boolean;
  /** Whether results have the entry point of their base. */
  readonly keepsEntrypoint: boolean;
}

/** Folders of builds on images with sti's own contract. */
export const STI_FOLDERS = {
  destination: "/tmp",
  source: "/tmp/src",
  artifacts: "/tmp/artifacts",
} as const;

/** `folder`: the app's `scripts`. */
export function stiContract(folder: string): BuilderContract {
  const path = (name: ContractScript) => `${folder}/${name}`;
  return {
    kind: "sti",
    scripts: {
      "prepare-dependencies": path("prepare-dependencies"),
      prepare: path("prepare"),
      run: path("run"),
      "save-artifacts": path("save-artifacts"),
      usage: path("usage"),
    },
    folders: { ...STI_FOLDERS, scripts: folder },
    artifacts: "folder",
    emptyArtifacts: true,
    keepsEntrypoint: false,
  };
}
