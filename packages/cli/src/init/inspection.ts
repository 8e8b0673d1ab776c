// The facts about a folder that `sti init` works with. Detectors make them, propose-config.ts reads them, and nothing
// here decides about the config. Types only.

/** Builders of sti. */
export type BuilderName = "node" | "static" | "python" | "go" | "shell";

/** Kinds of app that builders of sti can build. A site is built by one of them and served by another. */
export type AppKind = BuilderName | "site";

/** Something in the folder that the config does not contain, and the reason. */
export interface Remark {
  /** A file, or a file and a name in it: "compose.yaml, db". */
  readonly place: string;
  readonly reason: string;
}

/** A folder of files, as detectors see it. */
export interface FolderView {
  /** Relative to the inspected folder, "/"-separated; "" for that folder. */
  readonly path: string;
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** Text of a file of the folder; undefined if it is missing, or cannot be read, which is a remark then. */
  read(name: string): string | undefined;
}

/** A folder with the source of an app, or of something close to one. */
export interface Candidate {
  /** As of FolderView. */
  readonly path: string;
  /** Undefined if no builder of sti can build it. */
  readonly kind: AppKind | undefined;
  /** Facts for people, such as "npm, package-lock.json" and "Node.js 22 of .nvmrc". */
  readonly details: readonly string[];
  /** Way in which the app starts: "npm start"; undefined for a library. */
  readonly start: string | undefined;
  /** Name in the app's own manifest. */
  readonly name: string | undefined;
  /** Reasons why a build cannot succeed yet, each with the command to run. */
  readonly missing: readonly Missing[];
  /** Port that the source names; undefined for the one of PORT. */
  readonly port: number | undefined;
}

/** A source of s2i. */
export interface S2iSource {
  /** As of FolderView. */
  readonly path: string;
  /** Whether it has `.s2i`. */
  readonly hasFolder: boolean;
  /** Names in `.s2i/bin`. */
  readonly scripts: readonly string[];
  /** Variables of `.s2i/environment` that a config can contain. */
  readonly env: Readonly<Record<string, string>>;
  /** Builder image of `.s2ifile`, a valid reference. */
  readonly image: string | undefined;
}

export interface Missing {
  readonly problem: string;
  /** A command to run in the folder. */
  readonly command: string;
}

/** A package of a workspace. */
export interface WorkspaceMember {
  readonly path: string;
  readonly name: string;
}

export interface DockerfileFacts {
  /** Folder, as of FolderView. */
  readonly path: string;
  /** Name of the file in it. */
  readonly file: string;
  /** Ports of EXPOSE. */
  readonly ports: readonly number[];
  /** Whether the folder brings the script `prepare`: it makes a build image. */
  readonly isBuilder: boolean;
}

/** A value that may come from the environment. */
export type Value = string | { readonly fromHost: string; readonly default?: string };

/** A build by a Dockerfile, as a compose file or a bake file describes it. */
export interface WrittenBuild {
  /** As of FolderView. */
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  readonly stage: string | undefined;
  readonly args: Readonly<Record<string, Value>>;
  readonly labels: Readonly<Record<string, string>>;
  /** A valid reference. */
  readonly tag: string | undefined;
  readonly dependsOn: readonly string[];
}

/** Settings of a container, as a compose file has them, in the form of `dev`. */
export interface DevSettings {
  readonly ports: readonly string[];
  readonly env: Readonly<Record<string, Value>>;
  readonly command: readonly string[] | undefined;
  readonly volumes: readonly string[];
  /** Command of the healthcheck, as a list of words. */
  readonly check: readonly string[] | undefined;
  /** Names of services. */
  readonly dependsOn: readonly string[];
  /** Host names beside the service's own. */
  readonly aliases: readonly string[];
}

/** A service of a compose file whose image is not built from the project. */
export interface ComposeRun {
  readonly name: string;
  /** Name of the compose file. */
  readonly file: string;
  /** A valid reference. */
  readonly image: string;
  readonly dev: DevSettings;
}

/** A service of a compose file that is built from a folder. */
export interface ComposeService {
  readonly name: string;
  /** Name of the compose file. */
  readonly file: string;
  readonly build: WrittenBuild;
  readonly dev: DevSettings;
  /** It has profiles: compose starts it only when one of them is named. */
  readonly isOnRequest: boolean;
}

/** A target of a bake file. */
export interface BakeTarget {
  readonly name: string;
  /** Name of the bake file. */
  readonly file: string;
  readonly build: WrittenBuild;
}

export interface Inspection {
  /** Name of the folder. */
  readonly name: string;
  readonly candidates: readonly Candidate[];
  readonly members: readonly WorkspaceMember[];
  readonly dockerfiles: readonly DockerfileFacts[];
  readonly services: readonly ComposeService[];
  readonly runs: readonly ComposeRun[];
  readonly bakeTargets: readonly BakeTarget[];
  readonly s2iSources: readonly S2iSource[];
  /** Folders with a `.stiignore`, `.s2iignore` or `.dockerignore`. */
  readonly ignoring: ReadonlySet<string>;
  readonly remarks: readonly Remark[];
}
