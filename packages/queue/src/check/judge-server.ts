// Judges a queue server by its facts. Pure.
import { CLOCK_LIMIT } from "../task/task-order.ts";
import type { ServerFacts } from "../transport/server-facts.ts";

export interface QueueCheck {
  /** Subject: "queue", "queue: clock" … */
  readonly check: string;
  readonly state: "ok" | "warning" | "problem";
  /** Finding, in one line. */
  readonly found: string;
  readonly fix?: string;
}

/** Milliseconds between two clocks that are worth a warning. */
const SKEW = 30_000;

/** `asked`: time here when the server was asked for its own. */
export function judgeServer(
  facts: ServerFacts,
  { asked, isSecure, shown }: { readonly asked: number; readonly shown: string; readonly isSecure: boolean },
): readonly QueueCheck[] {
  const { eviction, excess, now, oldest, product, version, volatility } = facts;
  const found = `${shown}: ${product} ${version}${isSecure ? ", TLS" : ""}`;
  const isOld = compareVersions(version, oldest) < 0;
  const checks: QueueCheck[] = [
    isOld
      ? { check: "queue", state: "problem", found, fix: `install ${product} ${oldest} or newer` }
      : { check: "queue", state: "ok", found },
  ];
  if (eviction !== undefined) checks.push({ check: "queue: memory", state: "problem", ...eviction });
  if (volatility !== undefined) checks.push({ check: "queue: data", state: "warning", ...volatility });
  if (excess.length > 0) {
    checks.push({
      check: "queue: user",
      state: "warning",
      found: `may ${excess.join(", ")}, which sti does not need`,
      fix: "use a user with the rights in docs/queue.md",
    });
  }
  const skew = Math.round((now - asked) / 1000);
  if (Math.abs(skew) * 1000 > SKEW) {
    checks.push({
      check: "queue: clock",
      state: Math.abs(skew) * 1000 > CLOCK_LIMIT ? "problem" : "warning",
      found: `the server's clock is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} this machine's`,
      fix: "synchronize both: workers refuse tasks that are older than a day, or from the future",
    });
  }
  return checks;
}

function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split(".").map((part) => Number.parseInt(part, 10)));
  for (let index = 0; index < 2; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (Number.isNaN(difference)) return 0;
    if (difference !== 0) return difference;
  }
  return 0;
}
