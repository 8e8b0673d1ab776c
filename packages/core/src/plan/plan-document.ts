// The plan in its published JSON form: output of `sti plan --json`. Versioned; times, sizes and ids as documented.
import type { Failure } from "../failure/failure.ts";
import type { ArchivePart } from "../source/source.ts";
import type { Plan, PlannedImage, PlannedTarget } from "./plan.ts";
import { describeStep, type Step } from "./step.ts";

export interface PlanDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 2;
  readonly targets: readonly PlanDocumentTarget[];
  /** Left out where the config has no lock file. */
  readonly externalImages?: readonly PlannedImage[] | undefined;
}

export interface PlanDocumentTarget extends Omit<PlannedTarget, "steps" | "failures"> {
  readonly steps: readonly PlanDocumentStep[];
  readonly failures: readonly Failure[];
}

/** A step with its title; sent files are summed up, without content. */
export interface PlanDocumentStep {
  readonly kind: Step["kind"];
  readonly title: string;
  readonly [field: string]: unknown;
}

export function toPlanDocument(plan: Plan): PlanDocument {
  return {
    schemaVersion: 2,
    targets: plan.targets.map((target) => ({ ...target, steps: target.steps.map(toDocumentStep) })),
    externalImages: plan.externalImages,
  };
}

function toDocumentStep(step: Step): PlanDocumentStep {
  const title = describeStep(step);
  if (step.kind === "keep-source") {
    const { snapshot, ...rest } = step;
    return { ...rest, title, digest: snapshot.digest, size: snapshot.size, entries: snapshot.entries.length };
  }
  if (!("parts" in step)) return { ...step, title };
  return { ...step, title, parts: step.parts.map(toDocumentPart) };
}

function toDocumentPart(part: ArchivePart): unknown {
  switch (part.kind) {
    case "source": {
      const { only, snapshot, ...rest } = part;
      const entries = only === undefined ? snapshot.entries.length : only.size;
      return { ...rest, digest: snapshot.digest, size: snapshot.size, entries };
    }
    case "file": {
      const { content, ...rest } = part;
      return {
        ...rest,
        size: typeof content === "string" ? new TextEncoder().encode(content).length : content.length,
      };
    }
    case "directory":
      return part;
    default:
      return part satisfies never;
  }
}
