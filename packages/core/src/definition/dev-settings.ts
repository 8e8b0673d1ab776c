// Settings of an app's container while its source is watched, after every default is applied. Types only.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";

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
export type DevProbe = (
  | { readonly kind: "http"; readonly path: string; readonly port: number }
  | { readonly kind: "tcp"; readonly port: number }
) & { readonly timeout: number; readonly interval: number };

/** Files that are copied into the running container. */
export interface DevSync {
  /** Relative to the source, "" for all of it. */
  readonly from: string;
  /** Absolute, without a slash at its end. */
  readonly to: string;
}

export interface DevSettings {
  readonly ports: readonly DevPort[];
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: the image's own. */
  readonly command: readonly string[] | undefined;
  readonly volumes: readonly DevVolume[];
  readonly probe: DevProbe | undefined;
  readonly sync: readonly DevSync[];
  /** Problems of variables that this machine lacks; they stop only runs of the container. */
  readonly unset: readonly Failure[];
}
