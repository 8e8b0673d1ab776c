// The connection of a live page: parts of the page as they change, commands, and outputs that are followed.
import { EventSource } from "eventsource";
import type { PageChanges, PageLines } from "../src/report/page/page-state.ts";
import type { Connection, Live } from "./live.ts";

export interface Link extends Pick<Live, "send" | "follow" | "loadHistory"> {
  readonly connection: Connection;
}

/** Milliseconds. The server sends something at least every 15 s; after a sleep of the machine nothing comes. */
const LONGEST_SILENCE = 40_000;
const CHECK_EVERY = 5000;
const TOKEN_KEY = "sti-token";

/**
 * From the fragment of the address, which no request contains; kept for reloads of this tab. A ticket in its place is
 * exchanged for it. Empty where there is none.
 */
export async function readToken(): Promise<string> {
  const [, kind, word = ""] = /^#(token|ticket)=([\w-]+)$/.exec(location.hash) ?? [];
  if (kind === undefined) return sessionStorage.getItem(TOKEN_KEY) ?? "";
  history.replaceState(null, "", "#");
  const token = kind === "token" ? word : await exchange(word);
  sessionStorage.setItem(TOKEN_KEY, token);
  return token;
}

async function exchange(ticket: string): Promise<string> {
  const answer = await fetch("/ticket", { method: "POST", headers: { Authorization: `Bearer ${ticket}` } });
  return answer.ok ? await answer.text() : "";
}

/** Keeps `parts` as the server has them, and calls back after each change. */
export function connect(token: string, parts: Map<string, unknown>, onChange: () => void): Link {
  const authorized: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      headers: { ...(init?.headers as Record<string, string>), Authorization: `Bearer ${token}` },
    });
  /** Keys of parts on their way. */
  const asked = new Set<string>();
  let connection: Connection = "connecting";
  let source: EventSource | undefined;
  let last = "";
  let heard = Date.now();
  const become = (next: Connection) => {
    connection = next;
    onChange();
  };
  const take = (data: string, id: string) => {
    const { gone, parts: changed } = JSON.parse(data) as PageChanges;
    for (const key of gone) parts.delete(key);
    for (const [key, part] of changed) parts.set(key, part);
    last = id;
    heard = Date.now();
    become("open");
  };
  const open = () => {
    source?.close();
    heard = Date.now();
    const stream = new EventSource(`/events?since=${encodeURIComponent(last)}`, { fetch: authorized });
    source = stream;
    stream.addEventListener("snapshot", ({ data, lastEventId }) => {
      parts.clear();
      take(data, lastEventId);
    });
    stream.addEventListener("changes", ({ data, lastEventId }) => take(data, lastEventId));
    stream.addEventListener("beat", () => {
      heard = Date.now();
      if (connection !== "open") become("open");
    });
    stream.addEventListener("end", () => {
      stream.close();
      become("ended");
    });
    stream.addEventListener("error", ({ code }) => {
      if (code === 401 || code === 403) stream.close();
      become(code === 401 || code === 403 ? "refused" : "lost");
    });
  };
  /** A connection that the machine's sleep has cut may look open for minutes. */
  const check = () => {
    if (connection === "ended" || connection === "refused") return;
    if (Date.now() - heard > LONGEST_SILENCE || source?.readyState === EventSource.CLOSED) open();
  };
  open();
  setInterval(check, CHECK_EVERY);
  addEventListener("online", check);
  document.addEventListener("visibilitychange", check);
  return {
    get connection() {
      return connection;
    },
    async send(command) {
      try {
        const answer = await authorized("/command", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(command),
        });
        return answer.ok ? undefined : await answer.text();
      } catch {
        become("lost");
        return "sti does not answer";
      }
    },
    loadHistory(target) {
      const key = `history/${target}`;
      if (parts.has(key) || asked.has(key)) return;
      asked.add(key);
      void authorized(`/history?target=${encodeURIComponent(target)}`)
        .then(async (answer) => {
          if (!answer.ok) return;
          parts.set(key, await answer.json());
          onChange();
        })
        // The stream reports a connection that is lost; the target asks again when it is opened again.
        .catch(() => {})
        .finally(() => asked.delete(key));
    },
    follow(kind, name, onLines) {
      const stream = new EventSource(`/output?kind=${kind}&name=${encodeURIComponent(name)}`, {
        fetch: authorized,
      });
      stream.addEventListener("lines", ({ data }) => onLines(JSON.parse(data) as PageLines));
      return () => stream.close();
    },
  };
}
