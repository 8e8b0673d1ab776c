// Makes the renderers that a session's reporters ask for, as one: each event goes to all of them. Which they are is
// decided in reporters.ts.
import { resolve } from "node:path";
import { type Failure, foldSession, type SessionEvent, type SessionView } from "@sti/core";
import { createLogFolder, type LogPlace } from "../project/log-folder.ts";
import { createFileOutput, type FileOutput } from "./file-output.ts";
import { githubStyle } from "./github-style.ts";
import { gitlabStyle } from "./gitlab-style.ts";
import { createGroupedRenderer } from "./grouped-renderer.ts";
import { drawingStream } from "./guard-output.ts";
import { createJobSummary } from "./job-summary.ts";
import { createLogFiles } from "./log-files.ts";
import { createNdjsonRenderer } from "./ndjson-renderer.ts";
import { createNotifier } from "./notifier.ts";
import { createPlainRenderer } from "./plain-renderer.ts";
import type { LogOf } from "./print-failure.ts";
import { createQuietRenderer } from "./quiet-renderer.ts";
import type { Output, Renderer, ShownEnding } from "./renderer.ts";
import type { Reporter, ReporterName } from "./reporters.ts";
import { understandsLinks } from "./terminal-link.ts";
import { showsProgress } from "./terminal-status.ts";
import { useColour } from "./use-colour.ts";
import { createViewportRenderer } from "./viewport-renderer.ts";

export interface RendererOptions {
  readonly reporters: readonly Reporter[];
  /** Files that are written when the session has finished. */
  readonly reports: readonly ReportFile[];
  /** Renderers that write to no stream of this process. */
  readonly observers?: readonly ((place: ObserverPlace) => Renderer)[] | undefined;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Files in failures are shown relative to this folder, and those of reporters are. */
  readonly cwd: string;
  /** Of the plain renderer: steps and all output too. */
  readonly verbose?: boolean;
  /** Notify an absent user when a long session has ended. */
  readonly bell?: boolean | undefined;
  /** Gets a file with all output of each target; undefined: there are none. */
  readonly logs: LogPlace | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970, by the session's clock. */
  readonly now: () => number;
  /** For screens: work that delays the process's end. */
  readonly ending?: ShownEnding | undefined;
  /** Replacements of the usual renderers, by name. */
  readonly instead?: Partial<Record<ReporterName, (options: RendererPlace) => Renderer>> | undefined;
}

export interface ReportFile {
  /** As given on the command line. */
  readonly file: string;
  readonly create: (place: ReportPlace) => Renderer;
}

/** Inputs of a renderer without a stream. */
export interface ObserverPlace {
  readonly session: SessionView;
  /** Files are shown relative to this folder. */
  readonly cwd: string;
  readonly logOf: LogOf;
}

export interface ReportPlace extends ObserverPlace {
  readonly output: Output;
}

/** Outputs of one renderer, and its capabilities. */
export interface RendererPlace {
  /** Has taken each event before the renderer gets it. */
  readonly session: SessionView;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly colour: boolean;
  /** For failure blocks. */
  readonly errorColour: boolean;
  readonly verbose: boolean;
  readonly cwd: string;
  readonly links: boolean;
  readonly logOf: LogOf;
  readonly now: () => number;
  readonly ending?: ShownEnding | undefined;
  /** Whether the terminal shows progress outside its text. */
  readonly hasProgress: boolean;
}

export interface SessionRenderer extends Renderer {
  /** The session, by the events that were rendered. */
  readonly session: SessionView;
  /** Files that could not be written. Complete once it is closed. */
  readonly problems: () => readonly Failure[];
}

export function createRenderer(options: RendererOptions): SessionRenderer {
  const files: { readonly file: string; readonly output: FileOutput }[] = [];
  const openFile = (name: string, append = false) => {
    const file = resolve(options.cwd, name);
    const output = createFileOutput(file, { append });
    files.push({ file, output });
    return output;
  };
  const { apply, view: session } = foldSession();
  const renderers: Renderer[] = [];
  const render = (event: SessionEvent) => {
    apply(event);
    for (const renderer of renderers) renderer.render(event);
  };
  const warn = (message: string) => render({ type: "session-warning", at: options.now(), message });
  const logs = options.logs && createLogFiles(createLogFolder(options.logs, warn));
  const logOf: LogOf = (target) => logs?.logOf(target);
  for (const { name, file } of options.reporters) {
    const output = file === undefined ? undefined : openFile(file);
    const streams = { stdout: output ?? options.stdout, stderr: output ?? options.stderr };
    renderers.push(createOne(name, { ...options, ...streams, isFile: file !== undefined, logOf, session }));
    if (name === "github" && options.env.GITHUB_STEP_SUMMARY) {
      renderers.push(createJobSummary({ output: openFile(options.env.GITHUB_STEP_SUMMARY, true), session }));
    }
  }
  if (options.bell === true) renderers.push(createNotifier({ stdout: drawingStream(options.stdout) }));
  for (const create of options.observers ?? []) {
    renderers.push(create({ cwd: options.cwd, logOf, session }));
  }
  for (const { create, file } of options.reports) {
    renderers.push(create({ output: openFile(file), cwd: options.cwd, logOf, session }));
  }
  return {
    session,
    open() {
      for (const renderer of renderers) renderer.open();
    },
    render(event) {
      // First, so that others know the files that they name.
      logs?.render(event);
      render(event);
    },
    close() {
      logs?.close();
      for (const renderer of renderers) renderer.close();
      for (const { output } of files) output.close();
    },
    problems: () =>
      files.flatMap(({ file, output }) => {
        const message = output.problem();
        return message === undefined ? [] : [{ code: "report-unwritable", file, message } as const];
      }),
  };
}

/** Those that move the cursor or speak to a CI. */
const DRAWING: readonly ReporterName[] = ["viewport", "github", "gitlab"];

interface OneOptions extends RendererOptions {
  readonly logOf: LogOf;
  readonly isFile: boolean;
  readonly session: SessionView;
}

function createOne(name: Reporter["name"], options: OneOptions): Renderer {
  const { cwd, ending, env, logOf, now, session, verbose = false } = options;
  const [stdout, stderr] = DRAWING.includes(name)
    ? [drawingStream(options.stdout), drawingStream(options.stderr)]
    : [options.stdout, options.stderr];
  const colour = useColour(stdout);
  const errorColour = useColour(stderr);
  const links = understandsLinks(stderr, env);
  // The logs of a CI show colours, though they are no terminals.
  const logColour = !options.isFile && (env.NO_COLOR ?? "") === "";
  const hasProgress = showsProgress(env);
  const outputs = { session, stdout, stderr, colour, errorColour, verbose };
  const place = { ...outputs, cwd, links, logOf, now, ending, hasProgress };
  const instead = options.instead?.[name];
  if (instead !== undefined) return instead(place);
  switch (name) {
    case "viewport":
      return createViewportRenderer(place);
    case "plain":
      return createPlainRenderer(place);
    case "quiet":
      return createQuietRenderer(place);
    case "silent":
      return { open() {}, render() {}, close() {} };
    case "ndjson":
      return createNdjsonRenderer({ output: stdout });
    case "github":
      return createGroupedRenderer({
        session,
        stdout,
        colour: logColour,
        cwd,
        logOf,
        style: githubStyle({ root: env.GITHUB_WORKSPACE || cwd }),
      });
    case "gitlab":
      return createGroupedRenderer({
        session,
        stdout,
        colour: logColour,
        cwd,
        logOf,
        style: gitlabStyle(),
      });
    default:
      return name satisfies never;
  }
}
