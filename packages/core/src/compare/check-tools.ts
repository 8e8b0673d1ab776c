// The outside world for checks: time, and the network between this machine and the engine's. Types only.
import type { HttpCheck } from "../definition/checks.ts";
import type { HttpAnswer } from "./behaviour.ts";

export interface CheckTools {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Aborts after so many milliseconds. */
  deadline(milliseconds: number): AbortSignal;
  /** Address that containers' ports are published on; undefined for all of the engine's machine. */
  readonly publishOn: string | undefined;
  /** Whether something takes a connection at a published port, and keeps it. Rejects only when aborted. */
  isListening(hostPort: number, signal: AbortSignal): Promise<boolean>;
  /** Rejects only when aborted. */
  request(hostPort: number, check: HttpCheck, signal: AbortSignal): Promise<HttpAnswer>;
}
