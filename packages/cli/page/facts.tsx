// Facts about a target as a list: its image, its times, its neighbours in the graph.
import type { ComponentChildren } from "preact";
import { formatBytes, formatDuration } from "../src/render/format-amount.ts";
import type { PageTarget } from "../src/report/page/page-state.ts";
import type { PageState } from "./state.ts";
import { linkTo } from "./words.ts";

export function Facts({ state, target }: { readonly target: PageTarget; readonly state: PageState }) {
  const { dependsOn, duration, imageId, imageSize, kind, log, name, pushed, reuse, startedAt, tag } = target;
  const neededBy = state.targets.filter((other) => other.dependsOn.includes(name)).map((other) => other.name);
  const links = (names: readonly string[]) =>
    names.map((other, index) => (
      <span key={other}>
        {index > 0 && ", "}
        <a href={linkTo("target", other)}>{other}</a>
      </span>
    ));
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    ["Kind", kind],
    ["Tag", <code>{tag}</code>],
    ["Image", imageId && <code>{imageId}</code>],
    ["Size", imageSize !== undefined && formatBytes(imageSize)],
    [
      "Pushed",
      pushed && (
        <>
          <code>{pushed.reference}</code> <code>{pushed.digest ?? ""}</code>
        </>
      ),
    ],
    ["Build", reuse],
    [
      "Started",
      startedAt !== undefined &&
        `${formatDuration(Math.max(0, startedAt - state.session.startedAt))} into the session`,
    ],
    ["Took", startedAt !== undefined && duration > 0 && formatDuration(duration)],
    ["Needs", dependsOn.length > 0 && links(dependsOn)],
    ["Needed by", neededBy.length > 0 && links(neededBy)],
    ["Log", log && <code>{log}</code>],
  ];
  return (
    <dl>
      {rows.map(
        ([term, value]) =>
          Boolean(value) && (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
