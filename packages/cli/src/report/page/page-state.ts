// A session as the page shows it: parts, each of which is replaced as a whole when it changes. Types only; the page in
// the browser imports them. All text is safe to show.
import type {
  ContainerView,
  EndedStep,
  Outcome,
  OutputTail,
  ProbeAnswer,
  PushedImage,
  RunningStep,
} from "@sti/core";
import type { ReportedFailure } from "../session-report.ts";

/**
 * Parts by their keys: "session", "graph", "builds", "order", "target/NAME",
 * "container/NAME", "history/NAME".
 */
export type PageParts = readonly (readonly [key: string, part: unknown])[];

/** Message of the live page's event stream. */
export interface PageChanges {
  /** Parts that are new or changed. */
  readonly parts: PageParts;
  /** Keys of parts that are gone. */
  readonly gone: readonly string[];
}

/** Facts about a session that its events do not have. */
export interface SessionAbout {
  /** Name of the config's folder. */
  readonly project: string;
  /** The command line, without values that may be confidential. */
  readonly command: string;
  /** The command with the options that name the config: a target's name can follow. Undefined if none can. */
  readonly again: string | undefined;
  /** Of sti. */
  readonly version: string;
  /** "Docker Engine 28.5.2, linux/amd64" */
  readonly engine: string | undefined;
  /** That is checked out, in full; undefined outside of git. */
  readonly commit: string | undefined;
}

/** A failure in words. */
export interface PageFailure
  extends Pick<ReportedFailure, "detail" | "frame" | "hint" | "subject" | "summary"> {
  /** Where that is written, "sti.config.ts:4:7". */
  readonly place: string | undefined;
}

/** The part "session". */
export interface PageSession {
  readonly about: SessionAbout;
  readonly kind: "session" | "watch";
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Start of the timeline: of the session, or of a watch's last round of builds. */
  readonly roundStartedAt: number;
  readonly concurrency: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Undefined until the session has finished. */
  readonly end:
    | {
        /** Milliseconds. */
        readonly duration: number;
        readonly criticalPath: readonly string[];
        /** Milliseconds. */
        readonly criticalDuration: number;
      }
    | undefined;
  readonly failures: readonly PageFailure[];
  readonly warnings: readonly string[];
  /** Reasons why the config cannot be used. */
  readonly configFailures: readonly PageFailure[];
  /** Milliseconds since 1970; undefined while the engine answers. */
  readonly engineLostAt: number | undefined;
  /** Milliseconds since 1970; undefined unless a watch has nothing to do. */
  readonly idleSince: number | undefined;
  /** The command of --exec, while it runs. */
  readonly exec: string | undefined;
}

/** A part "target/NAME". */
export interface PageTarget {
  readonly name: string;
  readonly kind: "app" | "image";
  readonly tag: string;
  readonly dependsOn: readonly string[];
  readonly state: Outcome | "running" | "waiting";
  readonly reason: string;
  /** The causes of the last build, each in words. */
  readonly causes: readonly string[];
  /** Milliseconds since 1970; undefined when it never started. */
  readonly startedAt: number | undefined;
  /** Milliseconds; 0 until it has finished. */
  readonly duration: number;
  readonly step: RunningStep | undefined;
  readonly steps: readonly EndedStep[];
  readonly warnings: readonly string[];
  /** "incremental", or "clean: REASON". */
  readonly reuse: string | undefined;
  readonly pushed: PushedImage | undefined;
  readonly imageId: string | undefined;
  /** Bytes. */
  readonly imageSize: number | undefined;
  readonly failures: readonly PageFailure[];
  /** The line of output that looks most like the error. */
  readonly errorLine: string | undefined;
  /** The last lines that it printed; empty while it can be followed in a stream of its own. */
  readonly output: OutputTail;
  /** File with all that it printed, relative to the folder of the command; undefined when it printed nothing. */
  readonly log: string | undefined;
}

/** A part "container/NAME": an app or service that runs, or is to run. */
export interface PageContainer {
  readonly name: string;
  readonly state: ContainerView["state"];
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Whether there is something to start or stop: not before its first image. */
  readonly canControl: boolean;
  readonly reason: string | undefined;
  /** Down for no failure: a job that ended without an error, or stopped by a user or at the end. */
  readonly isMeant: boolean;
  /** Milliseconds since 1970. */
  readonly restartAt: number | undefined;
  readonly restarts: number;
  readonly ports: readonly PagePort[];
  /** Last answer to its probe; undefined where it has none, or before the first. */
  readonly probe: ProbeAnswer | undefined;
}

export interface PagePort {
  /** "localhost:8080" */
  readonly address: string;
  /** "80/tcp" */
  readonly inside: string;
  readonly canOpen: boolean;
}

/** A row of the part "builds". */
export interface PageBuild {
  readonly target: string;
  readonly outcome: Outcome;
  /** Milliseconds since 1970, of its end. */
  readonly at: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly reason: string;
}

/** A part "history/NAME": recorded builds of a target from earlier sessions. A live page has it once it has asked. */
export interface PageHistory {
  /** Newest first; the last of them if there are many. */
  readonly builds: readonly {
    /** Milliseconds since 1970. */
    readonly at: number;
    /** Start of the key. */
    readonly key: string;
    readonly reason: string;
  }[];
  /** Number of all that are recorded. */
  readonly count: number;
}

/** The part "graph". Lengths are pixels. */
export interface PageGraph {
  readonly width: number;
  readonly height: number;
  readonly box: { readonly width: number; readonly height: number };
  /** Upper left corner of each target's box. */
  readonly boxes: readonly (readonly [name: string, x: number, y: number])[];
  readonly blocks: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly edges: readonly {
    readonly from: readonly string[];
    readonly to: readonly string[];
    /** As the `d` of an SVG path. */
    readonly path: string;
  }[];
}

/** Request of the page: what the keys of a watch do. */
export type PageCommand =
  | { readonly kind: "rebuild"; readonly targets: readonly string[] | undefined; readonly clean: boolean }
  | { readonly kind: "container"; readonly action: "restart" | "halt"; readonly name: string };

/** Message of the stream of one output. */
export interface PageLines {
  /** Whether the lines replace all earlier ones: another build has begun. */
  readonly isNew: boolean;
  readonly lines: readonly string[];
  /** Lines that were left out before these. */
  readonly left: number;
}
