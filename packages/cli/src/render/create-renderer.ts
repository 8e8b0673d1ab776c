// Chooses the renderer: a viewport where somebody watches a terminal, plain lines elsewhere.
import { isCi } from "../is-ci.ts";
import { createPlainRenderer } from "./plain-renderer.ts";
import { createQuietRenderer } from "./quiet-renderer.ts";
import type { Output, Renderer, RenderMode } from "./renderer.ts";
import { useColour } from "./use-colour.ts";
import { createViewportRenderer } from "./viewport-renderer.ts";

export interface RendererOptions {
  readonly mode: RenderMode;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Files in failures are shown relative to this folder. */
  readonly cwd: string;
  /** Of the plain renderer: steps and all output too. */
  readonly verbose?: boolean;
  /** Milliseconds since 1970, by the session's clock. */
  readonly now: () => number;
}

export function createRenderer(options: RendererOptions): Renderer {
  const { mode, stdout, stderr, cwd, now, verbose = false } = options;
  const colour = useColour(stdout);
  const errorColour = useColour(stderr);
  switch (mode) {
    case "viewport":
      return createViewportRenderer({ stdout, stderr, colour, errorColour, cwd, now });
    case "plain":
      return createPlainRenderer({ stdout, stderr, colour, errorColour, verbose, cwd });
    case "quiet":
      return createQuietRenderer({ stderr, errorColour, cwd });
    default:
      return mode satisfies never;
  }
}

export interface ModeWishes {
  readonly quiet: boolean;
  /** All output is wanted, which a viewport cannot show. */
  readonly verbose: boolean;
  readonly stdout: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function chooseRenderMode({ quiet, verbose, stdout, env }: ModeWishes): RenderMode {
  if (quiet) return "quiet";
  const watched = stdout.isTTY === true && env.TERM !== "dumb" && !isCi(env);
  return watched && !verbose ? "viewport" : "plain";
}
