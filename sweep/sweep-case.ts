// One run of the sweep, and its id: "clean-container/refuse/POST /containers/create#1".
import type { Scenario } from "./scenario.ts";

export type Trouble =
  /** The fault of this name meets the nth call of a kind. */
  | { readonly kind: "call"; readonly fault: string; readonly call: string; readonly nth: number }
  /** The signal comes after a part of the usual duration. */
  | { readonly kind: "signal"; readonly signal: "SIGKILL" | "SIGTERM" | "SIGINT"; readonly percent: number }
  /** The engine's daemon is killed after a part of the usual duration, and started again. */
  | { readonly kind: "engine-kill"; readonly percent: number }
  /** So many kilobytes are left on the disk of the engine. */
  | { readonly kind: "engine-disk"; readonly free: number }
  /** A folder of the client is on a disk that is full, or read-only. */
  | { readonly kind: "place"; readonly place: Place; readonly state: "full" | "read-only" }
  /** Every remembered file is damaged in one way. */
  | { readonly kind: "state"; readonly damage: Damage }
  /** So many rebuilds in a row under one watch, some of them disturbed. */
  | { readonly kind: "soak"; readonly rounds: number }
  /** So many sessions run at once. */
  | { readonly kind: "together"; readonly sessions: number; readonly share: "tag" | "engine" };

export type Place = "tmp" | "cache" | "project";
export type Damage = "cut" | "empty" | "garbled" | "other-json" | "folder";

export interface SweepCase {
  readonly scenario: Scenario;
  readonly trouble: Trouble;
}

export function faultName({ trouble }: Pick<SweepCase, "trouble">): string {
  return trouble.kind === "call" ? trouble.fault : trouble.kind === "signal" ? trouble.signal : trouble.kind;
}

export function formatCaseId({ scenario, trouble }: SweepCase): string {
  return `${scenario.name}/${faultName({ trouble })}/${describePlace(trouble)}`;
}

function describePlace(trouble: Trouble): string {
  switch (trouble.kind) {
    case "call":
      return `${trouble.call}#${trouble.nth}`;
    case "signal":
    case "engine-kill":
      return `at ${trouble.percent}%`;
    case "engine-disk":
      return `${trouble.free}K free`;
    case "place":
      return `${trouble.place} ${trouble.state}`;
    case "state":
      return trouble.damage;
    case "soak":
      return `${trouble.rounds} rebuilds`;
    case "together":
      return `${trouble.sessions} with one ${trouble.share}`;
    default:
      return trouble satisfies never;
  }
}

/** `pattern`: an id, in which * stands for any text. */
export function matchesPattern(id: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(id);
}
