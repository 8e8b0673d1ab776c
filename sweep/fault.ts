// Faults for one call of a session, by name.
import type { Fault } from "@sti/testing/fault-rules";

export interface CallFault {
  readonly name: string;
  readonly about: string;
  readonly fault: Fault;
  /** Every later call meets it too: the engine is gone for good. */
  readonly isLasting?: boolean;
  /** The session gets SIGINT while the call hangs. */
  readonly interrupts?: boolean;
  /** A correct client is not disturbed by it. */
  readonly isHarmless?: boolean;
  /** To a call that only reads, another fault does the same. */
  readonly onlyWrites?: boolean;
  /** Whether the connection breaks, so that the engine counts as lost. */
  readonly breaks: boolean;
}

const answer = (status: number): Fault => ({
  kind: "replace",
  status,
  body: JSON.stringify({ message: `injected ${status}` }),
});

export const callFaults: readonly CallFault[] = [
  {
    name: "refuse",
    about: "the connection breaks before the engine sees the call",
    fault: { kind: "reset" },
    breaks: true,
  },
  {
    name: "lost",
    about: "the engine did it, the answer is lost",
    fault: { kind: "drop-reply" },
    onlyWrites: true,
    breaks: true,
  },
  { name: "500", about: "answered with status 500", fault: answer(500), breaks: false },
  { name: "404", about: "answered with status 404", fault: answer(404), breaks: false },
  { name: "409", about: "answered with status 409", fault: answer(409), onlyWrites: true, breaks: false },
  {
    name: "cut",
    about: "the answer ends after 10 bytes",
    fault: { kind: "cut", afterBytes: 10 },
    breaks: true,
  },
  {
    name: "delay",
    about: "passed on 2 s later",
    fault: { kind: "delay", milliseconds: 2000 },
    isHarmless: true,
    breaks: false,
  },
  {
    name: "garbage",
    about: "answered with status 200 and a page of HTML",
    fault: {
      kind: "replace",
      status: 200,
      type: "text/html",
      body: "<html>\u0000\u001b[31mnot an engine</html>\n",
    },
    breaks: true,
  },
  {
    name: "hang",
    about: "never answered, and SIGINT",
    fault: { kind: "hang", after: "nothing" },
    interrupts: true,
    breaks: true,
  },
  {
    name: "mute",
    about: "done but never answered, and SIGINT",
    fault: { kind: "hang", after: "call" },
    interrupts: true,
    onlyWrites: true,
    breaks: true,
  },
  {
    name: "gone",
    about: "this call and all later ones are refused",
    fault: { kind: "reset" },
    isLasting: true,
    breaks: true,
  },
  {
    name: "silent",
    about: "this call and all later ones are never answered, and SIGINT",
    fault: { kind: "hang", after: "nothing" },
    isLasting: true,
    interrupts: true,
    breaks: true,
  },
];
