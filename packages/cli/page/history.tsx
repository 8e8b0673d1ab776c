// Builds of a target in earlier sessions, with their reasons. A live page asks for them when the target is opened.
import { useEffect } from "preact/hooks";
import { formatTime } from "../src/render/format-moment.ts";
import { useLive } from "./live.ts";
import type { PageState } from "./state.ts";

export function History({ name, state }: { readonly name: string; readonly state: PageState }) {
  const live = useLive();
  const history = state.histories.get(name);
  const isMissing = history === undefined && live?.connection === "open";
  useEffect(() => {
    if (isMissing) live?.loadHistory(name);
  }, [isMissing, live, name]);
  if (history === undefined || history.count === 0) return null;
  const { builds, count } = history;
  return (
    <>
      <h3>Earlier builds</h3>
      {builds.length < count && (
        <p class="note">
          The last {builds.length} of {count} that are recorded.
        </p>
      )}
      <ol class="earlier">
        {builds.map(({ at, key, reason }) => (
          <li key={`${at} ${key}`}>
            <span class="note">{formatTime(at)}</span>
            <span>{reason}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
