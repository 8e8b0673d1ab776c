// One target, after every default is applied and every reference parsed. Types only.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { Incremental } from "./app-schema.ts";
import type { CheckSettings } from "./checks.ts";
import type { CompareRules } from "./compare-rules.ts";
import type { DevSettings } from "./dev-settings.ts";
import type { ImageReference } from "./image-reference.ts";
import type { Limits } from "./limits.ts";
import type { Method } from "./method.ts";
import type { PullPolicy } from "./pull-policy-schema.ts";
import type { Secret } from "./secret-schema.ts";

/** An image that a target is made from. */
export type ImageUse =
  | { readonly kind: "reference"; readonly reference: ImageReference }
  | { readonly kind: "target"; readonly name: string };

/** Limits of save-artifacts. */
export interface ArtifactLimits {
  /** Kibibytes. */
  readonly size: number;
  /** Seconds. */
  readonly time: number;
}

/** Variables of git for an app's scripts. */
export interface GitSettings {
  /** Whether their values are part of the key. */
  readonly inKey: boolean;
}

/** Documents to attach to an image where it is pushed or stored. */
export interface AttestedDocuments {
  readonly provenance: boolean;
  /** A list of the packages in the image. */
  readonly sbom: boolean;
}

/** A folder that lasts from build to build. */
export interface CacheFolder {
  /** Folders with the same id are one. */
  readonly id: string;
  readonly target: string;
}

/** The origin of a part of a source. */
export type SourceFrom =
  /** A folder, archive or file. Relative to the config file's folder, or absolute. */
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "git";
      readonly url: string;
      /** Undefined for the repository's HEAD. */
      readonly ref: string | undefined;
      /** "" for the whole repository. */
      readonly dir: string;
      readonly submodules: boolean;
      /** Whether the address may be a path. */
      readonly local: boolean;
    }
  /** A package of a workspace with all that it needs of it. */
  | {
      readonly kind: "workspace";
      readonly package: string;
      /** Relative to the config file's folder, or absolute. Undefined for the nearest at or above it. */
      readonly root: string | undefined;
    };

export interface SourcePart {
  readonly from: SourceFrom;
  /** Folder inside the source, "" for its root. */
  readonly to: string;
  /** The place in the config. */
  readonly path: ConfigPath;
}

/** The platform of one of the builds of a target. */
export interface TargetPlatform {
  /** "linux/arm64" */
  readonly name: string;
  /** All platforms of the target: those of the index that its tag stands for in a registry. */
  readonly all: readonly string[];
  /** The name of the target in the config. */
  readonly declared: string;
}

interface TargetFields {
  readonly name: string;
  /** Platforms that it is built for, of the config or of the targets that need it. Undefined: that of the engine. */
  readonly platforms?: readonly string[] | undefined;
  /** Of a node that builds it for one of them. */
  readonly platform?: TargetPlatform | undefined;
  /** Of a variant: the target it is another build of. Scripts, labels and keys get that one's name. */
  readonly variantOf?: string | undefined;
  /** The target's place in the config, e.g. ["apps", "web"]. */
  readonly path: ConfigPath;
  readonly tag: ImageReference;
  readonly labels: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
  readonly pull: PullPolicy;
  /** Undefined: only when the command line asks. */
  readonly push: boolean | undefined;
  /** Origins of the secrets' values, by the names under which prepare or a Dockerfile's RUN finds them. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly hostTrust: boolean;
  /** Decides nothing of the image. */
  readonly attest: AttestedDocuments;
  /** Problems of variables that this machine lacks; they stop only sessions that need this target. */
  readonly unset: readonly Failure[];
}

/** A source that is turned into an image. */
export interface AppTarget extends TargetFields {
  readonly kind: "app";
  /** At least one. */
  readonly source: readonly SourcePart[];
  /** Patterns that are added to those of the source's ignore file. */
  readonly ignore: readonly string[];
  readonly buildImage: ImageUse;
  readonly runtimeImage: ImageUse | undefined;
  readonly method: Method;
  /** Tag under which the build stage of an extended build is kept. */
  readonly buildTag: ImageReference | undefined;
  /** Of a variant: the tag of the image that it gets the artifacts of. Left out: its own, or its build tag. */
  readonly artifactsTag?: ImageReference | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Variables that are no secrets although their names look like it. */
  readonly allowPlain?: readonly string[] | undefined;
  readonly buildEnv: Readonly<Record<string, string>>;
  /** Undefined: its scripts get no variables of git. */
  readonly git?: GitSettings | undefined;
  readonly limits: Limits;
  readonly incremental: Incremental;
  readonly artifacts: ArtifactLimits;
  readonly caches: readonly CacheFolder[];
  /** The inputs of its dependency layer; false: it has none. Left out: those that its images declare. */
  readonly dependencies?: { readonly inputs: readonly string[] } | false | undefined;
  /** Folder of the scripts inside the images, without a slash at its end. */
  readonly scripts: string;
  /** Of the container in `sti watch --run`; does not affect the image. Undefined if the config has none. */
  readonly dev: DevSettings | undefined;
  /** Of sti compare; decides nothing of the image. Undefined where nothing is to be checked. */
  readonly checks: CheckSettings | undefined;
  /** Differences that do not count when builds are compared; decides nothing of the image. */
  readonly compare: CompareRules;
}

/** A plain Dockerfile build. */
export interface ImageTarget extends TargetFields {
  readonly kind: "image";
  /** Relative to the config file's folder, or absolute. */
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly stage: string | undefined;
  /** Of each RUN. */
  readonly network: Limits["network"];
}

export type Target = AppTarget | ImageTarget;
