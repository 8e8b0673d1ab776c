// The start of the page in a browser: a report has its parts in the document, a live page asks sti for them.
import { render } from "preact";
import type { PageParts } from "../src/report/page/page-state.ts";
import { connect, readToken } from "./connect.ts";
import type { Live } from "./live.ts";
import { Page } from "./page.tsx";
import { saveReport } from "./save-report.ts";
import { assemble } from "./state.ts";

const root = document.getElementById("page");
const data = document.getElementById("parts");
if (root !== null) {
  document.documentElement.classList.add("js");
  root.replaceChildren();
  if (data === null) void readToken().then((token) => showLive(root, token));
  else showReport(root, JSON.parse(data.textContent ?? "[]") as PageParts);
}

function showReport(place: HTMLElement, parts: PageParts): void {
  const state = assemble(new Map(parts));
  if (state !== undefined) render(<Page state={state} />, place);
}

function showLive(place: HTMLElement, token: string): void {
  const parts = new Map<string, unknown>();
  const link = connect(token, parts, () => draw());
  let frame: number | undefined;
  /** Changes that come together are drawn together. */
  const draw = () => {
    if (frame !== undefined) return;
    frame = requestAnimationFrame(() => {
      frame = undefined;
      const live: Live = {
        connection: link.connection,
        send: link.send,
        follow: link.follow,
        loadHistory: link.loadHistory,
        save: () => saveReport(parts),
      };
      const state = assemble(parts);
      render(
        state === undefined ? <Waiting connection={link.connection} /> : <Page state={state} live={live} />,
        place,
      );
    });
  };
  draw();
}

function Waiting({ connection }: Pick<Live, "connection">) {
  const words = {
    connecting: "Connecting to sti …",
    open: "The session starts …",
    lost: "sti does not answer. Trying again …",
    ended: "The session has ended.",
    refused: "This address is not valid, or not any more. Open the one that sti prints.",
  }[connection];
  return (
    <main class="waiting">
      <h1>{words}</h1>
    </main>
  );
}
