// The live page of a session: a server on this machine alone, fed by the session's events.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Records, SessionView } from "@sti/core";
import type { Renderer } from "../render/renderer.ts";
import { createHistoryReader, MOST_BUILDS, type ReadHistory } from "../report/page/build-history.ts";
import { livePage } from "../report/page/html-report.ts";
import type { PageContext } from "../report/page/page-parts.ts";
import type { PageCommand } from "../report/page/page-state.ts";
import { checkRequest } from "./check-request.ts";
import { createEventStreams, type StreamMessage } from "./event-streams.ts";
import { type LayOut, layOutInThread } from "./lay-out-in-thread.ts";
import { createLiveParts } from "./live-parts.ts";
import { createOutputs } from "./outputs.ts";
import { readBody, readCommand } from "./read-command.ts";
import { createTickets } from "./tickets.ts";

/** A server that listens, before it has a session to show. */
export interface LivePage {
  /** With the token: whoever has it can see and command the session. */
  readonly address: string;
  /** Such an address for one use within a minute. */
  openingAddress(): string;
  /** The renderer that feeds it. */
  show(session: SessionView, context: PageContext, rest: PageAnswers): Renderer;
  /** Sends the rest to open pages, and ends the server. May be called more than once. */
  close(): Promise<void>;
}

export interface PageAnswers {
  /** Gets the page's commands; undefined where a session takes none. */
  readonly onCommand: ((command: PageCommand) => void) | undefined;
  /** Has the builds of earlier sessions. */
  readonly records: Pick<Records, "readTarget">;
}

/** Milliseconds that pages get to take the rest. */
const LAST_WAIT = 1000;
/** Milliseconds that the layout of the graph may take at the end of a session. */
const LONGEST_LAYOUT = 5000;

/** `port`: 0 for any free one. Rejects with the system's error when it is taken. */
export async function openLivePage(port: number, layOut: LayOut = layOutInThread): Promise<LivePage> {
  const token = randomBytes(24).toString("base64url");
  const tickets = createTickets();
  const run = randomBytes(6).toString("base64url");
  const page = livePage();
  const streams = createEventStreams();
  let shown: Shown | undefined;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = URL.parse(request.url ?? "", "http://127.0.0.1");
    const route = `${request.method} ${url?.pathname}`;
    const rules = { port: (server.address() as AddressInfo).port, token };
    const refusal = checkRequest(request, rules, ACCESS[route] ?? "token");
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (refusal !== undefined || url === null) return end(response, refusal?.status ?? 400, refusal?.reason);
    switch (route) {
      case "GET /":
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.setHeader("Content-Security-Policy", `${page.policy}; frame-ancestors 'none'`);
        return end(response, 200, page.text);
      case "GET /events":
        return streams.add(response, followParts(readSince(request, url)));
      case "GET /output":
        return followOutput(response, url.searchParams);
      case "GET /history":
        return await giveHistory(response, url.searchParams.get("target") ?? "");
      case "POST /ticket":
        return tickets.take(request.headers.authorization) ? end(response, 200, token) : end(response, 401);
      case "POST /command":
        return await takeCommand(request, response);
      default:
        return end(response, 404, "no such thing");
    }
  };
  /** `since`: the last message that the reader got. */
  const followParts = (since: string) => {
    const [from, version] = since.split(".");
    let known = from === run ? Number(version) : undefined;
    return (): StreamMessage | undefined => {
      if (shown === undefined) return undefined;
      const { parts } = shown;
      const changes = known === undefined ? parts.all() : parts.since(known);
      const event = known === undefined ? "snapshot" : "changes";
      if (changes === undefined || parts.version === 0) return undefined;
      known = parts.version;
      return { event, id: `${run}.${known}`, data: JSON.stringify(changes) };
    };
  };
  const followOutput = (response: ServerResponse, query: URLSearchParams) => {
    const [kind, name] = [query.get("kind"), query.get("name") ?? ""];
    if (shown === undefined || (kind !== "target" && kind !== "container")) return end(response, 404);
    const read = shown.outputs.follow(kind, name);
    streams.add(response, () => {
      const lines = read();
      return lines && { event: "lines", data: JSON.stringify(lines) };
    });
  };
  const giveHistory = async (response: ServerResponse, target: string) => {
    if (shown?.session.started === undefined || !shown.session.targets.has(target)) return end(response, 404);
    const history = await shown.readHistory(target, shown.session.started.at);
    response.setHeader("Content-Type", "application/json");
    return end(response, 200, JSON.stringify(history));
  };
  const takeCommand = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers["content-type"] !== "application/json") return end(response, 415, "not JSON");
    const body = await readBody(request);
    if (shown?.onCommand === undefined) return end(response, 409, "takes no commands");
    const command = body === undefined ? undefined : readCommand(body, shown.session);
    if (command === undefined) return end(response, 400, "no command of this session");
    shown.onCommand(command);
    return end(response, 204);
  };
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    address: `http://127.0.0.1:${bound}/#token=${token}`,
    openingAddress: () => `http://127.0.0.1:${bound}/#ticket=${tickets.make()}`,
    show(session, context, { onCommand, records }) {
      const readHistory = createHistoryReader(records, MOST_BUILDS.live);
      const parts = createLiveParts(session, context, { layOut, onGraph: streams.wake });
      const outputs = createOutputs(session);
      shown = { session, parts, outputs, readHistory, onCommand };
      return {
        open() {},
        render(event) {
          parts.note(event);
          outputs.note(event);
          streams.wake();
        },
        close() {},
      };
    },
    close() {
      closing ??= closeServer();
      return closing;
    },
  };

  async function closeServer(): Promise<void> {
    await waitAtMost(LONGEST_LAYOUT, shown?.parts.idle());
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    streams.close({ event: "end", data: "1" });
    server.closeIdleConnections();
    // A page that takes nothing, e.g. in a suspended browser, must not hold up the end.
    const timer = setTimeout(() => server.closeAllConnections(), LAST_WAIT);
    await promise;
    clearTimeout(timer);
  }
}

interface Shown {
  readonly session: SessionView;
  readonly parts: ReturnType<typeof createLiveParts>;
  readonly outputs: ReturnType<typeof createOutputs>;
  readonly readHistory: ReadHistory;
  readonly onCommand: ((command: PageCommand) => void) | undefined;
}

/** Routes that need no token: the document has nothing of the session in it, a ticket is exchanged for the token. */
const ACCESS: Readonly<Record<string, "everybody" | "same-origin">> = {
  "GET /": "everybody",
  "POST /ticket": "same-origin",
};

const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

function end(response: ServerResponse, status: number, text = ""): void {
  response.statusCode = status;
  response.end(text);
}

/** A stream that was broken off names the last message in a header, a new one in its address. */
function readSince({ headers }: IncomingMessage, url: URL): string {
  const last = headers["last-event-id"];
  return (typeof last === "string" && last !== "" ? last : url.searchParams.get("since")) ?? "";
}

async function waitAtMost(milliseconds: number, work: Promise<void> | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  const { promise, reject, resolve } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port, host: "127.0.0.1" }, resolve);
  await promise;
  server.off("error", reject);
}
