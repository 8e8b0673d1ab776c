// A proposed config with everything that belongs to it. Types only.
import type { BuilderName, Remark, Value } from "./inspection.ts";

/** An entry of `images`. */
export interface ProposedImage {
  readonly context: string;
  readonly dockerfile?: string;
  readonly stage?: string;
  readonly args?: Readonly<Record<string, Value>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly allowPlain?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly tag: string;
}

export interface ProposedDev {
  readonly ports?: readonly string[];
  readonly env?: Readonly<Record<string, Value>>;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  /** `tcp`: a port inside the container. */
  readonly probe?: { readonly tcp: number } | { readonly command: readonly string[] };
  readonly dependsOn?: readonly string[];
  readonly aliases?: readonly string[];
}

/** An entry of `services`. */
export interface ProposedService extends ProposedDev {
  readonly image: string;
}

/** An entry of `apps`. */
export interface ProposedApp {
  readonly source: string | { readonly workspace: string };
  readonly ignore?: readonly string[];
  /** A reference of an image that the engine has, or a target of the config. */
  readonly buildImage: string | { readonly target: string };
  readonly runtimeImage?: { readonly target: string };
  readonly tag: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly dependsOn?: readonly string[];
  readonly dev?: ProposedDev;
}

export interface ProposedConfig {
  readonly defaults?: { readonly hostTrust: true };
  readonly images: Readonly<Record<string, ProposedImage>>;
  readonly services: Readonly<Record<string, ProposedService>>;
  readonly apps: Readonly<Record<string, ProposedApp>>;
}

/** A target of the proposed config, for people. */
export interface TakenOver {
  readonly name: string;
  readonly kind: "app" | "image" | "service";
  /** Place of the source or the Dockerfile, or the reference of the image. */
  readonly place: string;
  /** Facts that led to it, in their order. */
  readonly facts: readonly string[];
}

/** A command to run before the first build. */
export interface Preparation {
  /** Folder of the command, "." or "./PATH". */
  readonly folder: string;
  readonly command: string;
  readonly problem: string;
}

export interface Proposal {
  readonly config: ProposedConfig;
  /** Builders of sti that the config builds in ./builders/KIND. */
  readonly builders: readonly BuilderName[];
  /** Ignore files to write, by path. */
  readonly ignoreFiles: Readonly<Record<string, string>>;
  readonly takenOver: readonly TakenOver[];
  readonly remarks: readonly Remark[];
  readonly preparations: readonly Preparation[];
  /** Variables of this machine because of which the config sets `defaults.hostTrust`. */
  readonly hostTrust: readonly string[];
}

export interface ProposalOptions {
  readonly choice: BuilderChoice;
  /** Builders that there are. */
  readonly kinds: readonly BuilderName[];
  /** Variables that are set on this machine and that scripts get by `hostTrust`. */
  readonly hostTrust: readonly string[];
  /** Undefined if the engine was not asked, since the folder has no source of s2i. */
  readonly s2iImages?: S2iImages | undefined;
}

/** The engine's s2i builder images, by their tags; or the reason why they are unknown, in words. */
export type S2iImages = { readonly tags: readonly string[] } | { readonly problem: string };

/**
 * Builder of all apps, as the user chose it: a kind, an image of the engine, or each app's own Dockerfile. Undefined:
 * a builder of the app's kind where there is one, else its Dockerfile.
 */
export type BuilderChoice =
  | { readonly kind: BuilderName }
  | { readonly image: string }
  | "dockerfile"
  | undefined;
