// Starts the live page of a command that was asked for one, and prints its address.
import type { Records } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { isCi } from "../process/is-ci.ts";
import type { ObserverPlace } from "../render/create-renderer.ts";
import type { Renderer } from "../render/renderer.ts";
import type { PageContext } from "../report/page/page-parts.ts";
import type { PageCommand } from "../report/page/page-state.ts";

export interface StartedPage {
  /** Another address that leads to the page, once and within a minute: it may be seen by other users. */
  openingAddress(): string;
  /** Creates the renderer that feeds the page. `onCommand`: gets its commands; left out where a session takes none. */
  observe(
    facts: Pick<PageContext, "about" | "kind"> & { readonly records: Pick<Records, "readTarget"> },
    onCommand?: (command: PageCommand) => void,
  ): (place: ObserverPlace) => Renderer;
  /** Sends the rest to open pages, and ends the server. May be called more than once. */
  close(): Promise<void>;
}

/** `port`: 0 for any free one. "unavailable": the reason was printed. The code of the page is loaded here. */
export async function startPage(
  port: number,
  { stderr }: Pick<CommandContext, "stderr">,
): Promise<StartedPage | "unavailable"> {
  const { openLivePage } = await import("./live-page.ts");
  try {
    const page = await openLivePage(port);
    stderr.write(`page: ${page.address}\n`);
    return {
      openingAddress: page.openingAddress,
      observe:
        ({ records, ...facts }, onCommand) =>
        ({ cwd, logOf, session }) =>
          page.show(session, { ...facts, cwd, logOf }, { onCommand, records }),
      close: page.close,
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const taken = `port ${port} is taken; use another one, or --ui without a port`;
    stderr.write(`sti: cannot show the page: ${code === "EADDRINUSE" ? taken : message}\n`);
    return "unavailable";
  }
}

/** The exit code, where nobody could open a page; undefined elsewhere. The reason is printed. */
export function refusePage({ env, stderr }: Pick<CommandContext, "env" | "stderr">): number | undefined {
  if (!isCi(env)) return undefined;
  stderr.write("sti: --ui needs a user at this machine, and this is a CI; use --report html\n");
  return exitCodes.usage;
}
