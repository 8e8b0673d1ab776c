// Who built a result in the shared store, for people. Pure.
import type { ResultOrigin, StoredWhy } from "@sti/core";
import { formatDuration } from "../render/format-amount.ts";
import { formatTime, shortKey } from "../render/format-moment.ts";

/** E.g. `built by GitHub Actions (URL) on 2026-11-20 14:03:29 from 1a2b3c4, key f68181af74ef`. */
export function describeStoredBuild({ built, commit, origin }: StoredWhy, key: string): string {
  const time = origin?.built ?? built;
  const source = origin?.commit ?? commit;
  const words = [
    "built",
    ...(origin === undefined ? [] : [`by ${describeBuilder(origin.by)}`]),
    ...(time === undefined ? [] : [`on ${formatTime(time)}`]),
    ...(source === undefined ? [] : [`from ${source.slice(0, 7)}`]),
  ];
  return `${words.join(" ")}, key ${shortKey(key)}`;
}

/** E.g. `in 4.2s by sti 1.0.0 on Docker Engine 28.5.1`. */
export function describeTools({ duration, engine, toolVersion }: ResultOrigin): string {
  return `in ${formatDuration(duration)} by sti ${toolVersion} on ${engine}`;
}

const NAMES: Readonly<Record<ResultOrigin["by"]["kind"], string>> = {
  "github-actions": "GitHub Actions",
  "gitlab-ci": "GitLab CI",
  ci: "a CI system",
  machine: "a machine outside CI",
};

function describeBuilder({ kind, url }: ResultOrigin["by"]): string {
  return url === undefined ? NAMES[kind] : `${NAMES[kind]} (${url})`;
}
