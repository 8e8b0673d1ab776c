// Abilities of a live page besides showing its state; a report has none of them.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { PageCommand, PageLines } from "../src/report/page/page-state.ts";

/** ended: the session is over. lost: sti does not answer. refused: the address has no valid token. */
export type Connection = "connecting" | "open" | "lost" | "ended" | "refused";

export interface Live {
  readonly connection: Connection;
  /** Resolves to the reason why it was refused; undefined if it was taken. */
  send(command: PageCommand): Promise<string | undefined>;
  /** Calls back with the lines so far and with each new one, until the returned function is called. */
  follow(kind: "target" | "container", name: string, onLines: (lines: PageLines) => void): () => void;
  /** Asks for the builds of earlier sessions of a target; the page gets them as a part. */
  loadHistory(target: string): void;
  /** Saves what the page shows as a file that needs no sti. */
  save(): void;
}

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLive(): Live | undefined {
  return useContext(LiveContext);
}

/** Milliseconds since 1970, anew every `interval` milliseconds while it is wanted; undefined otherwise. */
export function useNow(isWanted: boolean, interval: number): number | undefined {
  const [now, setNow] = useState<number>();
  useEffect(() => {
    if (!isWanted) return;
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, interval);
    return () => clearInterval(timer);
  }, [isWanted, interval]);
  return isWanted ? now : undefined;
}

/** False while the page is made as text, and in the first drawing, which has to be the same. */
export function useIsRead(): boolean {
  const [isRead, setRead] = useState(false);
  useEffect(() => setRead(true), []);
  return isRead;
}
