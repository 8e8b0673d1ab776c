// Tickets: each gives the token of a live page to the one who uses it first. An address that opens a browser is an argument
// of a program, which other users of the machine can see.
import { randomBytes } from "node:crypto";

export interface Tickets {
  make(): string;
  /** Whether the header has a valid ticket, which is none from then on. */
  take(authorization: string | undefined): boolean;
}

/** Milliseconds. */
const LIFETIME = 60_000;

export function createTickets(now: () => number = Date.now): Tickets {
  /** Times of their ends. */
  const valid = new Map<string, number>();
  return {
    make() {
      const ticket = randomBytes(24).toString("base64url");
      valid.set(ticket, now() + LIFETIME);
      return ticket;
    },
    take(authorization = "") {
      const ticket = authorization.replace(/^Bearer /, "");
      const end = valid.get(ticket);
      valid.delete(ticket);
      return end !== undefined && now() <= end;
    },
  };
}
