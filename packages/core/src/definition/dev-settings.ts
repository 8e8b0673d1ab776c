// Settings of the container of an app or a service while sources are watched, after every default is applied. Types
// only.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { ImageReference } from "./image-reference.ts";
import type { PullPolicy } from "./pull-policy-schema.ts";

/** A port of the container that is published. */
export interface DevPort {
  /** Inside the container. */
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Undefined: a free one. */
  readonly hostPort: number | undefined;
  /** Address that it listens on; undefined for all. */
  readonly hostIp: string | undefined;
  /** The place in the config. */
  readonly path: ConfigPath;
}

/** A folder of the container that outlives it. */
export type DevVolume =
  | {
      readonly kind: "folder";
      /** Relative to the config file's folder, or absolute. */
      readonly folder: string;
      readonly target: string;
      readonly readOnly: boolean;
    }
  | { readonly kind: "volume"; readonly name: string; readonly target: string; readonly readOnly: boolean };

/** The probe that finds a container ready. Times are in milliseconds, ports those inside the container. */
export type DevProbe = NetworkProbe | CommandProbe;

interface ProbeTimes {
  readonly timeout: number;
  readonly interval: number;
}

/** A probe from outside the container. */
export type NetworkProbe = (
  | { readonly kind: "http"; readonly path: string; readonly port: number }
  | { readonly kind: "tcp"; readonly port: number }
) &
  ProbeTimes;

/** A command in the container that has to end with exit code 0. */
export interface CommandProbe extends ProbeTimes {
  readonly kind: "command";
  readonly command: readonly string[];
}

/** Files that are copied into the running container. */
export interface DevSync {
  /** Relative to the source, "" for all of it. */
  readonly from: string;
  /** Absolute, without a slash at its end. */
  readonly to: string;
}

export interface DevSettings {
  /** Undefined: those that the image exposes, at free host ports. */
  readonly ports: readonly DevPort[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: the image's own. */
  readonly command: readonly string[] | undefined;
  readonly volumes: readonly DevVolume[];
  readonly probe: DevProbe | undefined;
  readonly sync: readonly DevSync[];
  /** Names of apps and services that have to be up before. */
  readonly dependsOn: readonly string[];
  /** Host names beside its own name. */
  readonly aliases: readonly string[];
  /** A network that is there already, and that the container joins as well. */
  readonly network: string | undefined;
  /** Problems of variables that this machine lacks; they stop only runs of the container. */
  readonly unset: readonly Failure[];
}

/** What a container is run for: an app, or a service. */
export interface DevSubject {
  readonly kind: "app" | "service";
  readonly name: string;
  /** Undefined if the config says nothing of an app's container. */
  readonly dev: DevSettings | undefined;
}

/** A container beside those of the apps, of an image that has no source here. */
export interface ServiceTarget extends DevSubject {
  readonly kind: "service";
  /** The place in the config, e.g. ["services", "db"]. */
  readonly path: ConfigPath;
  readonly image: ImageReference;
  /** Name of the image entry whose tag that is; undefined: it is not built here. */
  readonly builtBy: string | undefined;
  readonly pull: PullPolicy;
  readonly dev: DevSettings;
}
