// Every failure of sti, as data. Leaf module; the facts about each code are in failure-kinds.ts, texts in
// describe-failure.ts.

/** A place in a file the user wrote. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys that lead to a value in the config, e.g. ["apps", "web", "tag"]. */
export type ConfigPath = readonly (string | number)[];

/** The fields of every failure that stems from the config. */
interface Located {
  readonly path: ConfigPath;
  readonly location?: Location | undefined;
}

/** The fields of every failure of a running target. */
interface OfTarget extends Located {
  readonly target: string;
}

export type ConfigFailure =
  | { readonly code: "config-not-found"; readonly directory: string; readonly searched: readonly string[] }
  | { readonly code: "config-unreadable"; readonly file: string; readonly message: string }
  | {
      readonly code: "config-syntax";
      readonly location: Location;
      readonly message: string;
      /** The source lines around the place, with a caret. */
      readonly frame?: string | undefined;
    }
  | {
      readonly code: "config-threw";
      readonly file: string;
      readonly message: string;
      readonly location?: Location | undefined;
      readonly frame?: string | undefined;
    }
  | { readonly code: "config-timeout"; readonly file: string; readonly seconds: number }
  | { readonly code: "config-exited"; readonly file: string; readonly exitCode: number }
  | { readonly code: "config-no-default-export"; readonly file: string }
  | {
      readonly code: "profile-unknown";
      readonly name: string;
      readonly suggestion?: string | undefined;
      readonly known: readonly string[];
    }
  | { readonly code: "override-invalid"; readonly override: string; readonly message: string }
  | ({ readonly code: "config-invalid"; readonly message: string } & Located)
  | ({
      readonly code: "config-unknown-key";
      readonly key: string;
      readonly suggestion?: string | undefined;
      /** The reason why a key that other tools have is not offered here. */
      readonly note?: string | undefined;
      readonly known: readonly string[];
    } & Located);

export type GraphFailure =
  | ({ readonly code: "reference-invalid"; readonly reference: string; readonly message: string } & Located)
  | ({
      readonly code: "target-unknown";
      readonly name: string;
      readonly suggestion?: string | undefined;
    } & Located)
  | ({
      readonly code: "tag-duplicate";
      readonly tag: string;
      readonly target: string;
      readonly other: string;
      readonly otherLocation?: Location | undefined;
      readonly otherPath: ConfigPath;
    } & Located)
  | ({
      readonly code: "graph-cycle";
      /** Target names in order; the first is repeated at the end. */
      readonly names: readonly string[];
      /** Config place of each edge, one fewer than names. */
      readonly edges: readonly { readonly path: ConfigPath; readonly location?: Location | undefined }[];
      /** Index of the edge whose removal would break the cycle at the least cost. */
      readonly cut: number;
    } & Located)
  | {
      readonly code: "selection-unknown";
      readonly name: string;
      readonly suggestion?: string | undefined;
      readonly known: readonly string[];
    }
  | { readonly code: "selection-invalid"; readonly selector: string; readonly message: string }
  | { readonly code: "selection-unmatched"; readonly selector: string; readonly known: readonly string[] }
  | {
      readonly code: "changes-unknown";
      /** The commit that is asked about; undefined where none was named and none is usual here. */
      readonly commit: string | undefined;
      readonly reason:
        | "no-repository"
        | "other-owner"
        | "no-base"
        | "commit-missing"
        | "no-common-commit"
        | "git-failed";
      /** Whether the repository has only its latest commits. */
      readonly isShallow: boolean;
      readonly message: string;
      /** Of another owner: the path that git's safe.directory is to name. */
      readonly repository?: string | undefined;
    }
  /** A variant of a comparison cannot be derived from the config. */
  | {
      readonly code: "variant-invalid";
      /** "--build-image" */
      readonly option: string;
      readonly value: string;
      /** Follows the value: "has no name". */
      readonly message: string;
    }
  | {
      readonly code: "recorded-build-unknown";
      /** A number of builds, or the start of a key. */
      readonly asked: string;
    };

export type LockFailure =
  | { readonly code: "lock-unreadable"; readonly file: string; readonly message: string }
  | { readonly code: "lock-unwritable"; readonly file: string; readonly message: string }
  | {
      readonly code: "lock-invalid";
      readonly location: Location;
      readonly message: string;
      /** The lines around the place, with a caret. */
      readonly frame?: string | undefined;
    }
  /** Nothing to compare with, where that was asked for. */
  | { readonly code: "lock-missing"; readonly file: string }
  | ({ readonly code: "lock-incomplete"; readonly image: string } & Located)
  | {
      readonly code: "lock-drift";
      readonly image: string;
      /** In the lock file. */
      readonly location?: Location | undefined;
      readonly locked: {
        readonly digest: string | undefined;
        readonly id: string;
        readonly platform: string;
      };
      /** The engine's image under this name, if any. */
      readonly present: { readonly digest: string | undefined; readonly id: string } | undefined;
    }
  | {
      readonly code: "lock-image-unknown";
      readonly image: string;
      readonly suggestion?: string | undefined;
      readonly known: readonly string[];
    };

export type SourceFailure =
  | ({ readonly code: "source-missing"; readonly file: string } & OfTarget)
  | ({ readonly code: "source-not-a-directory"; readonly file: string } & OfTarget)
  | ({ readonly code: "source-empty"; readonly file: string } & OfTarget)
  | ({ readonly code: "source-unreadable"; readonly files: readonly string[] } & OfTarget)
  | ({ readonly code: "source-special-file"; readonly files: readonly string[] } & OfTarget)
  /** A file with ignore rules, a manifest or a lockfile; `problem` follows its name. */
  | ({ readonly code: "source-file-refused"; readonly file: string; readonly problem: string } & OfTarget)
  | ({ readonly code: "source-name-invalid"; readonly files: readonly string[] } & OfTarget)
  | ({
      readonly code: "ignore-invalid";
      readonly file: string;
      /** Lines that are no pattern, as "line 3: [a". */
      readonly lines: readonly string[];
    } & OfTarget)
  | ({ readonly code: "source-changed"; readonly file: string } & OfTarget)
  | ({
      readonly code: "source-too-large";
      readonly file: string;
      /** Bytes that a source may have. */
      readonly limit: number;
      /** The largest files, largest first; sizes in bytes. */
      readonly largest: readonly { readonly file: string; readonly size: number }[];
    } & OfTarget)
  | ({
      readonly code: "source-path-twice";
      /** Path inside the source. */
      readonly file: string;
      /** Places in the config of the two parts that give it, as text. */
      readonly parts: readonly [string, string];
    } & OfTarget)
  | ({
      readonly code: "archive-invalid";
      readonly file: string;
      /** The entry at fault, where there is one. */
      readonly entry?: string | undefined;
      /** Follows the file or the entry: "leads out of the archive". */
      readonly problem: string;
    } & OfTarget)
  | ({
      readonly code: "git-ref-unknown";
      readonly url: string;
      readonly ref: string;
    } & OfTarget)
  | ({
      readonly code: "git-failed";
      readonly url: string;
      /** The operation: "fetch 1f3c…". */
      readonly operation: string;
      readonly message: string;
    } & OfTarget)
  | ({ readonly code: "dockerfile-missing"; readonly file: string } & OfTarget)
  | ({ readonly code: "dockerfile-invalid"; readonly file: string; readonly message: string } & OfTarget)
  | { readonly code: "host-trust-unreadable"; readonly file: string; readonly message: string }
  | { readonly code: "report-unwritable"; readonly file: string; readonly message: string }
  | { readonly code: "durations-unreadable"; readonly file: string; readonly message: string };

export type WorkspaceFailure =
  /** No workspace at `folder`, nor, where it was searched for, above it. */
  | ({
      readonly code: "workspace-missing";
      readonly folder: string;
      readonly searched: boolean;
    } & OfTarget)
  /** A manifest or another file of a workspace without usable content. */
  | ({ readonly code: "workspace-invalid"; readonly file: string; readonly message: string } & OfTarget)
  | ({
      readonly code: "workspace-package-unknown";
      readonly name: string;
      readonly root: string;
      readonly suggestion?: string | undefined;
      /** The manifest that depends on it; undefined for the package that the config names. */
      readonly dependent?: string | undefined;
    } & OfTarget)
  | ({
      readonly code: "workspace-package-twice";
      readonly name: string;
      readonly folders: readonly string[];
    } & OfTarget)
  | ({
      readonly code: "workspace-package-outside";
      readonly name: string;
      readonly folder: string;
      readonly root: string;
    } & OfTarget);

export type ImageFailure =
  | ({ readonly code: "image-missing"; readonly image: string } & OfTarget)
  | ({
      readonly code: "pull-failed";
      readonly image: string;
      readonly reason: "not-found" | "denied" | "network" | "rate-limit" | "other";
      readonly message: string;
    } & OfTarget)
  | ({
      readonly code: "push-failed";
      readonly tag: string;
      readonly reason: "not-found" | "denied" | "network" | "rate-limit" | "other";
      readonly message: string;
    } & OfTarget)
  | ({
      readonly code: "push-refused";
      readonly tag: string;
      /** As in "cannot be pushed: its inputs changed". */
      readonly reason: string;
    } & OfTarget)
  | ({ readonly code: "script-missing"; readonly image: string; readonly script: string } & OfTarget)
  | ({ readonly code: "script-not-executable"; readonly image: string; readonly script: string } & OfTarget)
  | ({
      readonly code: "script-interpreter-missing";
      readonly image: string;
      readonly script: string;
      readonly interpreter: string;
      /** The first line ends in CR LF, so the kernel looks for a file whose name ends in CR. */
      readonly carriageReturn: boolean;
    } & OfTarget)
  | ({
      readonly code: "script-architecture";
      readonly image: string;
      readonly script: string;
      /** The script, or the program that its first line names. */
      readonly program: string;
      readonly architecture: string;
      readonly engineArchitecture: string;
    } & OfTarget)
  | ({
      readonly code: "image-architecture";
      readonly image: string;
      readonly architecture: string;
      readonly engineArchitecture: string;
    } & OfTarget)
  | ({
      readonly code: "image-onbuild";
      readonly image: string;
      readonly triggers: readonly string[];
    } & OfTarget)
  | ({
      readonly code: "image-volume";
      readonly image: string;
      readonly volumes: readonly string[];
      /** "in-the-way": they cover, or are in, a folder that a build is given. "lost": a commit leaves out their files. */
      readonly problem: "in-the-way" | "lost";
    } & OfTarget)
  | ({
      readonly code: "method-unsupported";
      /** "Podman 5.4.2" */
      readonly engine: string;
    } & OfTarget)
  /** Neither method can give secrets to a build there. */
  | ({
      readonly code: "secrets-unsupported";
      /** "Podman 5.4.2" */
      readonly engine: string;
    } & OfTarget)
  | ({
      readonly code: "limit-unsupported";
      readonly limit: "cpus" | "memory";
      /** "Docker Engine 28.5.2" */
      readonly engine: string;
    } & OfTarget)
  | ({ readonly code: "image-shell-missing"; readonly image: string; readonly needs: string } & OfTarget)
  | ({
      readonly code: "user-not-allowed";
      readonly image: string;
      readonly uid: number;
      /** First and last of each range. */
      readonly allowed: readonly (readonly [number, number])[];
    } & OfTarget)
  | ({ readonly code: "image-user-unknown"; readonly image: string; readonly user: string } & OfTarget);

export type BuildFailure =
  | ({
      readonly code: "script-timed-out";
      readonly image: string;
      readonly script: string;
      /** Seconds that it had. */
      readonly limit: number;
    } & OfTarget)
  | ({
      readonly code: "script-failed";
      readonly image: string;
      readonly script: string;
      readonly exitCode: number;
      readonly outOfMemory: boolean;
      /** Over the engine's API, as docker kill and docker stop do. */
      readonly killed?: boolean | undefined;
      /** It had the artifacts of the previous build, which may be at fault. */
      readonly incremental: boolean;
    } & OfTarget)
  | ({
      readonly code: "incremental-impossible";
      /** As in "clean: build image changed". */
      readonly reason: string;
    } & OfTarget)
  | ({ readonly code: "script-not-started"; readonly script: string; readonly message: string } & OfTarget)
  | ({
      readonly code: "dockerfile-failed";
      readonly message: string;
      readonly exitCode?: number | undefined;
    } & OfTarget)
  | ({
      /** Somebody else removed a container of the build. */
      readonly code: "container-removed";
      /** The state of the build then: "/usr/bin/prepare ran", "the source was sent into it". */
      readonly during: string;
    } & OfTarget)
  | ({ readonly code: "output-empty"; readonly image: string; readonly directory: string } & OfTarget)
  | ({ readonly code: "result-unexpected"; readonly message: string } & OfTarget);

/**
 * The state of the tags of a target whose build failed. "unchanged": the build has moved none. "moved": it has moved
 * one of them at least. "unknown": the engine was asked to move one, and did not answer, nor when it was asked again.
 */
export type TagsFact = "unchanged" | "moved" | "unknown";

export type EngineFailure =
  | {
      readonly code: "engine-unreachable";
      readonly host: string;
      /** The setting that names the host: "DOCKER_HOST", "context desktop" … */
      readonly from: string;
      readonly reason: "missing-socket" | "refused" | "permission" | "timeout" | "not-an-engine" | "other";
      readonly message: string;
    }
  | { readonly code: "engine-unsupported"; readonly host: string; readonly message: string }
  | { readonly code: "engine-context-unknown"; readonly message: string }
  | {
      readonly code: "engine-lost";
      readonly operation: string;
      readonly target?: string;
      readonly tags?: TagsFact | undefined;
      readonly message: string;
    }
  | {
      readonly code: "disk-full";
      readonly operation: string;
      readonly target?: string;
      readonly tags?: TagsFact | undefined;
      readonly message: string;
    }
  | {
      readonly code: "engine-error";
      readonly operation: string;
      readonly target?: string;
      readonly tags?: TagsFact | undefined;
      readonly status?: number | undefined;
      readonly message: string;
    };

/** A defect in sti itself. */
export interface BugFailure {
  readonly code: "bug";
  readonly target?: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** The failures of each area. An area has one file of words: describe-AREA-failure.ts. */
export interface FailureAreas {
  readonly config: ConfigFailure;
  readonly graph: GraphFailure;
  readonly lock: LockFailure;
  readonly source: SourceFailure;
  readonly workspace: WorkspaceFailure;
  readonly image: ImageFailure;
  readonly build: BuildFailure;
  readonly engine: EngineFailure;
  readonly bug: BugFailure;
}

export type FailureArea = keyof FailureAreas;

export type Failure = FailureAreas[FailureArea];

export type FailureCode = Failure["code"];
