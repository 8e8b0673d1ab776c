// The graph of targets as a drawing: from dependencies, on the left, to their dependents.
import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PageGraph, PageTarget } from "../src/report/page/page-state.ts";
import { Roving } from "./roving.tsx";
import type { View } from "./selection.ts";
import { linkTo, STATES, timeOf } from "./words.ts";

/** Lines from which on they are drawn thinner. */
const DENSE = 60;
/** Letters that fit into a box beside the mark. */
const LETTERS = 20;

export function Graph({ kept, selection, state }: View) {
  const { byName, graph, isCritical, targets } = state;
  const frame = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  const [near, setNear] = useState<string>();
  const fit = () => {
    const box = frame.current;
    if (box === null || graph.width === 0) return 1;
    return Math.min(1, (box.clientWidth - 8) / graph.width, Math.max(320, box.clientHeight) / graph.height);
  };
  useEffect(() => setScale(Math.max(0.75, fit())), [graph.width, graph.height]);
  if (targets.length === 0) return null;
  const look = (event: Event) => {
    const box = event.target instanceof Element ? event.target.closest(".box") : null;
    setNear(box?.getAttribute("data-name") ?? undefined);
  };
  const edges = graph.edges.map((edge) => ({ ...edge, isOnPath: isOnPath(edge, [...isCritical]) }));
  // The last drawn edge lies on top.
  edges.sort((a, b) => Number(a.isOnPath) - Number(b.isOnPath));
  const current = selection.kind === "target" ? selection.name : undefined;
  return (
    <section class="panel" id="graph" aria-labelledby="graph-title">
      <div class="panel-head">
        <h2 id="graph-title">Graph</h2>
        <p class="note">Dependencies are left of their dependents. Lines that others imply are left out.</p>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row everywhere */}
        <div class="tools" role="group" aria-label="Size of the graph">
          <button type="button" aria-label="Smaller" onClick={() => setScale(scale / 1.25)}>
            −
          </button>
          <button type="button" onClick={() => setScale(fit())}>
            Fit
          </button>
          <button type="button" aria-label="Larger" onClick={() => setScale(scale * 1.25)}>
            +
          </button>
        </div>
      </div>
      <div
        class={`scroll graph ${edges.length > DENSE ? "dense" : ""} ${kept === undefined ? "" : "filtered"}`}
        ref={frame}
        onPointerOver={look}
        onPointerLeave={() => setNear(undefined)}
        onFocusIn={look}
        onFocusOut={() => setNear(undefined)}
      >
        {graph.boxes.length === 0 && <p class="note pending">Laying out {targets.length} targets …</p>}
        <Roving kind="drawing">
          {/* biome-ignore lint/a11y/useSemanticElements: a drawing cannot be a fieldset */}
          <svg
            class={near === undefined ? "" : "looking"}
            width={Math.ceil(graph.width * scale)}
            height={Math.ceil(graph.height * scale)}
            viewBox={`0 0 ${graph.width} ${graph.height}`}
            role="group"
            aria-label={`Graph of ${targets.length} targets`}
          >
            {graph.blocks.map(({ height, width, x, y }) => (
              <rect key={`${x} ${y}`} class="block" x={x} y={y} width={width} height={height} rx="12" />
            ))}
            {edges.map(({ from, isOnPath, path, to }) => (
              <Edge
                key={path}
                path={path}
                isOnPath={isOnPath}
                isNear={near !== undefined && (from.includes(near) || to.includes(near))}
              />
            ))}
            {graph.boxes.map(([name, x, y]) => {
              const target = byName.get(name);
              return (
                target !== undefined && (
                  <Box
                    key={name}
                    target={target}
                    x={x}
                    y={y}
                    size={graph.box}
                    isCritical={isCritical.has(name)}
                    isCurrent={current === name}
                    isOut={kept?.has(name) === false}
                  />
                )
              );
            })}
          </svg>
        </Roving>
      </div>
    </section>
  );
}

const Edge = memo(
  ({
    isNear,
    isOnPath,
    path,
  }: {
    readonly path: string;
    readonly isOnPath: boolean;
    readonly isNear: boolean;
  }) => <path class={`edge ${isOnPath ? "critical" : ""} ${isNear ? "near" : ""}`} d={path} />,
);

interface BoxProps {
  readonly target: PageTarget;
  readonly x: number;
  readonly y: number;
  readonly size: PageGraph["box"];
  readonly isCritical: boolean;
  readonly isCurrent: boolean;
  readonly isOut: boolean;
}

const Box = memo(({ isCritical, isCurrent, isOut, size, target, x, y }: BoxProps) => {
  const { dependsOn, name, state } = target;
  const { mark, words } = STATES[state];
  const time = timeOf(target);
  const needs = dependsOn.length === 0 ? "" : `, needs ${dependsOn.join(", ")}`;
  const label = `${name}, ${words}${time === "" ? "" : `, ${time}`}${needs}`;
  const letters = Math.max(8, LETTERS - time.length);
  const shown = name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
  const classes = [`o-${state}`, isCritical && "critical", isCurrent && "current", isOut && "out"];
  return (
    <g transform={`translate(${x} ${y})`}>
      <a href={linkTo("target", name)} class={`box ${classes.filter(Boolean).join(" ")}`} data-name={name}>
        <title>{label}</title>
        <rect width={size.width} height={size.height} rx="7" />
        <text class="mark" x="12" y="22">
          {mark}
        </text>
        <text x="30" y="22">
          {shown}
        </text>
        <text class="time" x={size.width - 10} y="22">
          {time}
        </text>
      </a>
    </g>
  );
});

function isOnPath({ from, to }: PageGraph["edges"][number], path: readonly string[]): boolean {
  return path.some((name, index) => from.includes(name) && to.includes(path[index + 1] ?? ""));
}
