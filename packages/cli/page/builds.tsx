// History of a watch: its last builds, newest first, with the reason of each.
import { formatDuration } from "../src/render/format-amount.ts";
import { useIsRead } from "./live.ts";
import { Roving } from "./roving.tsx";
import type { View } from "./selection.ts";
import { clockTime, linkTo, STATES } from "./words.ts";

export function Builds({ kept, state }: View) {
  const isRead = useIsRead();
  if (state.session.kind !== "watch") return null;
  const rows = state.builds.filter(({ target }) => kept?.has(target) ?? true).toReversed();
  return (
    <section class="panel" id="builds" aria-labelledby="builds-title">
      <div class="panel-head">
        <h2 id="builds-title">History</h2>
        <p class="note">
          {rows.length === 0 ? "Nothing was built in this watch yet." : "The last builds, newest first."}
        </p>
      </div>
      {rows.length > 0 && (
        <Roving kind="list" class="tables">
          <table aria-label="Last builds">
            <colgroup>
              <col class="c-time" />
              <col class="c-name" />
              <col class="c-state" />
              <col />
              <col class="c-number" />
            </colgroup>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Target</th>
                <th scope="col">State</th>
                <th scope="col">Why</th>
                <th scope="col" class="number">
                  Took
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ at, duration, outcome, reason, target }) => (
                <tr key={`${at} ${target}`} class={`o-${outcome}`}>
                  <td class="number-left">{clockTime(at, isRead)}</td>
                  <th scope="row">
                    <a href={linkTo("target", target)}>{target}</a>
                  </th>
                  <td class="outcome">
                    <span class="mark" aria-hidden="true">
                      {STATES[outcome].mark}
                    </span>{" "}
                    {STATES[outcome].words}
                  </td>
                  <td class="why">{reason}</td>
                  <td class="number">{formatDuration(duration)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Roving>
      )}
    </section>
  );
}
