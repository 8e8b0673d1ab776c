// Containers of the engine port. Types only.
import type { NetworkMode } from "./call.ts";
import type { NetworkPlace } from "./network.ts";

/** A mount of a container that is about to be created. */
export type Mount =
  /** A volume, made if it is missing. It has a name, so that it can be found without its container. */
  | {
      readonly kind: "volume";
      readonly name: string;
      readonly target: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly readOnly?: boolean;
      /** Whether an empty volume gets the image's files at that place. Left out: it stays empty. */
      readonly fromImage?: boolean;
    }
  /**
   * A folder whose content is `lower` until something in it is changed; changes go to `upper` and never to `lower`.
   * All are folders of the engine's machine, which must be there; `work` is the kernel's own, beside `upper`. The
   * engine makes a volume of it, which stays when its container goes.
   */
  | {
      readonly kind: "overlay";
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly target: string;
      readonly lower: string;
      readonly upper: string;
      readonly work: string;
    }
  /** A folder of the engine's machine, which must be there. */
  | { readonly kind: "folder"; readonly folder: string; readonly target: string; readonly readOnly: boolean }
  | {
      readonly kind: "tmpfs";
      readonly target: string;
      readonly uid: number;
      readonly gid: number;
      readonly mode: number;
    };

/** A container that is about to be created. */
export interface ContainerSpec {
  /** Image id or reference. */
  readonly image: string;
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** "KEY=value". The engine adds the image's variables that are not named here. */
  readonly env: readonly string[];
  /** "" for the image's own user. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly limits?: ContainerLimits | undefined;
  /** The network that it is in; left out: the one of its limits, else the engine's own. */
  readonly network?: NetworkPlace | undefined;
  /** Ports that can be reached from outside while it runs. Left out: none. */
  readonly ports?: readonly PortBinding[] | undefined;
  /** Whether something is sent to its standard input when it is run. Left out: nothing is. */
  readonly hasInput?: boolean | undefined;
}

/** Resources and network of a container. None of it gets into an image. */
export interface ContainerLimits {
  readonly network: NetworkMode;
  /** "name:address". */
  readonly hosts: readonly string[];
  /** Bytes; with no swap on top. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** Names without CAP_. */
  readonly capDrop: readonly string[];
  readonly noNewPrivileges: boolean;
}

/** One row of the engine's container list. */
export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** "created", "running", "exited" … */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, by the engine's clock; undefined where it does not report it. */
  readonly createdAt?: number | undefined;
}

/** A port of a container that is to be published on the engine's machine. */
export interface PortBinding {
  /** Inside the container. */
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Undefined: a free one. */
  readonly hostPort: number | undefined;
  /** Undefined: all addresses. */
  readonly hostIp: string | undefined;
}

/** A port of a container as it is published. */
export interface BoundPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  /** "0.0.0.0" or "::" for all addresses. */
  readonly hostIp: string;
}

/** An inspected container. */
export interface ContainerDetails {
  readonly id: string;
  /** "created", "running", "exited" … */
  readonly state: string;
  /** Of the last time that it ran; 0 where it never did or runs. */
  readonly exitCode: number;
  /** Only while it runs. */
  readonly ports: readonly BoundPort[];
}

/** The end of a container's main process. */
export interface ExitStatus {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Done to it over the engine's API while it ran, not by this caller; the exit code of a removed one means nothing. */
  readonly fromOutside?: "killed" | "removed" | undefined;
}

/** The size of the caller's terminal, which a command's own terminal follows. */
export interface TerminalSize {
  readonly read: () => { readonly columns: number; readonly rows: number };
  /** Called on each change, until the returned function is called. */
  readonly follow: (listener: () => void) => () => void;
}

/** A file inside a container or image. */
export interface ContainerFile {
  /** Its real path, after links were followed. */
  readonly path: string;
  readonly kind: "file" | "directory" | "other";
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change of its content, or a folder's names, as the engine writes times; up to nine digits. */
  readonly modifiedAt: string;
  /** The first bytes of a regular file, as many as were asked for. */
  readonly head: Uint8Array;
}
