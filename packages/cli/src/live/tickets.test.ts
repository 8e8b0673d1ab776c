import { expect, test } from "vitest";
import { createTickets } from "./tickets.ts";

test("a ticket is valid once, and for a minute", () => {
  let now = 0;
  const tickets = createTickets(() => now);
  const [one, other] = [tickets.make(), tickets.make()];
  expect(tickets.take(`Bearer ${one}`)).toBe(true);
  expect(tickets.take(`Bearer ${one}`)).toBe(false);
  expect(tickets.take(undefined)).toBe(false);
  now = 60_001;
  expect(tickets.take(`Bearer ${other}`)).toBe(false);
});
