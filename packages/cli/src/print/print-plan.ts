// The plan as people read it.

import { styleText } from "node:util";
import {
  describeCauses,
  describeDrift,
  describeMethod,
  describeStep,
  type Plan,
  type PlannedDecision,
  type PlannedLayer,
  type PlannedTarget,
} from "@sti/core";
import { formatBytes } from "../render/format-amount.ts";
import { sanitizeLine } from "../render/sanitize.ts";

interface PrintOptions {
  readonly verbose: boolean;
  readonly stream: NodeJS.WriteStream;
}

export function printPlan(plan: Plan, options: PrintOptions): string {
  const blocks = plan.targets.map((target) => printTarget(target, options));
  return `${[...blocks, ...printImages(plan, options), printTotals(plan)].join("\n\n")}\n`;
}

/** Only actions for the lock file: empty if everything is as it should be. */
function printImages({ externalImages = [] }: Plan, { stream }: PrintOptions): readonly string[] {
  const lines = externalImages.flatMap(({ image, locked, present, state }) => {
    if (state === "unlocked") return [`! ${image} is not in sti.lock: sti lock adds it`];
    if (locked === undefined || (state !== "drifted" && state !== "lost")) return [];
    return [`! ${describeDrift(image, locked, present)}`];
  });
  if (lines.length === 0) return [];
  return [lines.map((line) => styleText("yellow", sanitizeLine(line), { stream })).join("\n")];
}

function printTarget(target: PlannedTarget, { stream }: PrintOptions): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const { decision } = target;
  const mark =
    target.failures.length > 0
      ? style("red", "✖")
      : decision.kind === "up-to-date"
        ? style("green", "●")
        : decision.kind === "build"
          ? style("cyan", "▶")
          : style("yellow", "◌");
  const word = { "up-to-date": "up to date", build: "build", open: "open" }[decision.kind];
  const platform = target.platform === undefined ? "" : `, ${target.platform}`;
  const method = target.method === undefined ? "" : `, ${describeMethod(target.method)}`;
  const { reuse } = target;
  const how =
    reuse === undefined ? "" : reuse.kind === "incremental" ? "; incremental" : `; clean: ${reuse.reason}`;
  const head = `${mark} ${style("bold", target.name)}  ${target.tag}  ${word}: ${describeReason(decision)}${how}`;
  const { files, size } = target.source;
  const facts = [
    `${target.kind}${platform}${method}, ${files} ${files === 1 ? "file" : "files"}, ${formatBytes(size)}`,
    ...(target.dependsOn.length > 0 ? [`needs ${target.dependsOn.join(", ")}`] : []),
    ...(target.externalImages.length > 0 ? [`uses ${target.externalImages.join(", ")}`] : []),
  ].join(" · ");
  const layers = target.layers.map((layer) => style("dim", `    ${describeLayer(layer)}`));
  const notes = target.source.notes.map((note) => style("yellow", `    ! ${sanitizeLine(note)}`));
  const steps = target.steps.map((step, index) => `    ${index + 1}. ${describeStep(step)}`);
  const push = target.push
    ? [`    ${steps.length === 0 ? "" : `${steps.length + 1}. `}push ${target.tag}`]
    : [];
  return [head, style("dim", `    ${facts}`), ...layers, ...notes, ...steps, ...push].join("\n");
}

function describeLayer(layer: PlannedLayer): string {
  const of = layer.role === "build-image" ? "" : " of the runtime image";
  if (layer.state === "none") return `no dependency layer${of}: ${sanitizeLine(layer.reason)}`;
  const { files, inputs, size, state, tag } = layer;
  const from = `from ${files} ${files === 1 ? "file" : "files"} (${sanitizeLine(inputs.join(" "))})`;
  const bytes = size === undefined ? "" : `, ${formatBytes(size)}`;
  return `dependency layer${of}: ${state === "present" ? `reuse ${tag}${bytes},` : "install"} ${from}`;
}

/** For a waiting target, with its known causes except pending targets. */
function describeReason(decision: PlannedDecision): string {
  const { reason } = decision;
  if (decision.kind !== "open") return sanitizeLine(reason);
  const own = decision.causes.filter((cause) => cause.kind !== "target-pending");
  return sanitizeLine(own.length === 0 ? reason : `${reason} · ${describeCauses(own)}`);
}

function printTotals(plan: Plan): string {
  const count = (kind: string) => plan.targets.filter((target) => target.decision.kind === kind).length;
  const parts = [
    `${plan.targets.length} ${plan.targets.length === 1 ? "target" : "targets"}`,
    `${count("build")} to build`,
    ...(count("open") > 0 ? [`${count("open")} open`] : []),
    `${count("up-to-date")} up to date`,
  ];
  return parts.join(" · ");
}
