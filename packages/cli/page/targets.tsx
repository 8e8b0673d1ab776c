// All targets as a table: how each ended and why, how long it took, its image.
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import { formatBytes } from "../src/render/format-amount.ts";
import type { PageTarget } from "../src/report/page/page-state.ts";
import { FEWEST_FOLDED, Folded } from "./folded.tsx";
import { Roving } from "./roving.tsx";
import type { View } from "./selection.ts";
import { isUpToDate } from "./state.ts";
import { count, linkTo, STATE_ORDER, STATES, timeOf } from "./words.ts";

type Field = "name" | "state" | "time" | "size";
type Order = { readonly field: Field; readonly isDescending: boolean } | undefined;

export function Targets({ kept, selection, state }: View) {
  const [order, setOrder] = useState<Order>();
  const shown = sortTargets(
    state.targets.filter(({ name }) => kept?.has(name) ?? true),
    order,
  );
  const upToDate = shown.filter(isUpToDate);
  const folds = upToDate.length >= FEWEST_FOLDED && order === undefined;
  const main = folds ? shown.filter((target) => !isUpToDate(target)) : shown;
  const table = (rows: readonly PageTarget[], label: string, head: boolean) => (
    <table aria-label={label}>
      <colgroup>
        <col class="c-name" />
        <col class="c-state" />
        <col />
        <col class="c-number" />
        <col class="c-number" />
        <col class="c-tag" />
      </colgroup>
      <thead class={head ? "" : "hidden-head"}>
        <tr>
          <Head field="name" words="Target" order={order} onOrder={setOrder} />
          <Head field="state" words="State" order={order} onOrder={setOrder} />
          <th scope="col">Why</th>
          <Head field="time" words="Time" order={order} onOrder={setOrder} />
          <Head field="size" words="Image" order={order} onOrder={setOrder} />
          <th scope="col">Tag</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((target) => (
          <Row
            key={target.name}
            target={target}
            isCritical={state.isCritical.has(target.name)}
            isCurrent={selection.kind === "target" && selection.name === target.name}
          />
        ))}
      </tbody>
    </table>
  );
  return (
    <section class="panel" id="targets" aria-labelledby="targets-title">
      <div class="panel-head">
        <h2 id="targets-title">Targets</h2>
      </div>
      <Roving kind="list" class="tables">
        {(main.length > 0 || !folds) && table(main, "Targets", true)}
        {folds && (
          <Folded number={upToDate.length} open={kept !== undefined}>
            {table(upToDate, "Targets that are up to date", main.length === 0)}
          </Folded>
        )}
      </Roving>
    </section>
  );
}

interface HeadProps {
  readonly field: Field;
  readonly words: string;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

function Head({ field, onOrder, order, words }: HeadProps) {
  const isNumber = field === "time" || field === "size";
  const isOurs = order?.field === field;
  const sort = isOurs ? (order.isDescending ? "descending" : "ascending") : "none";
  const press = () => onOrder({ field, isDescending: isOurs ? !order.isDescending : isNumber });
  return (
    <th scope="col" aria-sort={sort} class={isNumber ? "number" : ""}>
      <button type="button" onClick={press}>
        {words}
      </button>
    </th>
  );
}

interface RowProps {
  readonly target: PageTarget;
  readonly isCritical: boolean;
  readonly isCurrent: boolean;
}

const Row = memo(({ isCritical, isCurrent, target }: RowProps) => {
  const { imageSize, name, state, tag } = target;
  const { mark, words } = STATES[state];
  return (
    <tr id={`row-${name}`} class={`o-${state} ${isCritical ? "critical" : ""} ${isCurrent ? "current" : ""}`}>
      <th scope="row">
        <a href={linkTo("target", name)}>{name}</a>
      </th>
      <td class="outcome">
        <span class="mark" aria-hidden="true">
          {mark}
        </span>{" "}
        {words}
      </td>
      <td class="why">{describe(target)}</td>
      <td class="number">{timeOf(target)}</td>
      <td class="number">{imageSize === undefined ? "" : formatBytes(imageSize)}</td>
      <td class="tag">
        <code>{tag}</code>
      </td>
    </tr>
  );
});

function describe({ pushed, reason, reuse, step, warnings }: PageTarget): string {
  return [
    ...(reason === "" ? [] : [reason]),
    ...(step === undefined ? [] : [step.title]),
    ...(reuse === undefined ? [] : [reuse]),
    ...(pushed === undefined ? [] : ["pushed"]),
    ...(warnings.length === 0 ? [] : [count(warnings.length, "warning")]),
  ].join(" · ");
}

function sortTargets(targets: readonly PageTarget[], order: Order): readonly PageTarget[] {
  if (order === undefined) return targets;
  const compare = {
    name: (a: PageTarget, b: PageTarget) => (a.name < b.name ? -1 : 1),
    state: (a: PageTarget, b: PageTarget) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state),
    time: (a: PageTarget, b: PageTarget) => a.duration - b.duration,
    size: (a: PageTarget, b: PageTarget) => (a.imageSize ?? 0) - (b.imageSize ?? 0),
  }[order.field];
  const sign = order.isDescending ? -1 : 1;
  return [...targets].sort((a, b) => sign * compare(a, b));
}
