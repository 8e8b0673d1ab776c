// Whether a worker may build a task, and within which limits: the worker decides, never the task. Pure.
import type { Target } from "@sti/core";
import type { BuildTask } from "@sti/core/remote";

export interface TaskPolicy {
  /** Beginnings of repositories that tasks may read and write; undefined: any. */
  readonly registries: readonly string[] | undefined;
  /** Whether scripts may use the network of the worker's machine itself. */
  readonly allowsHostNetwork: boolean;
  /** Upper limits of a script. */
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
}

/** The task within the limits. The problem follows "the task". */
export function judgeTask(
  task: BuildTask,
  policy: TaskPolicy,
): { readonly task: BuildTask } | { readonly problem: string } {
  const { target } = task.node;
  const repositories = [
    task.store.repository,
    ...task.node.images.flatMap(({ reference, target: maker }) => (maker === undefined ? [reference] : [])),
  ];
  const foreign = repositories.find((repository) => !isAllowed(repository, policy.registries));
  if (foreign !== undefined) return { problem: `uses ${foreign}, which this worker does not allow` };
  const network = target.kind === "app" ? target.limits.network : target.network;
  if (network === "host" && !policy.allowsHostNetwork) {
    return { problem: "asks for the network of the host, which this worker does not allow" };
  }
  return { task: { ...task, node: { ...task.node, target: limited(target, policy) } } };
}

/** Whole components are compared: "registry.example/acme" allows "registry.example/acme/api:1" alone. */
function isAllowed(reference: string, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  return allowed.some((start) => {
    const rest = reference.startsWith(start) ? reference.slice(start.length) : undefined;
    return rest !== undefined && (rest === "" || /^[/:@]/.test(rest) || start.endsWith("/"));
  });
}

/** Limits of scripts are part of no key. The engine's builder has no limits of memory and processors. */
function limited(target: Target, { cpus, memory, timeout }: TaskPolicy): Target {
  if (target.kind === "image") return target;
  const { limits, method } = target;
  const ofContainer =
    method === "container"
      ? { memory: smaller(limits.memory, memory), cpus: smaller(limits.cpus, cpus) }
      : {};
  return { ...target, limits: { ...limits, ...ofContainer, timeout: smaller(limits.timeout, timeout) } };
}

function smaller(asked: number | undefined, most: number | undefined): number | undefined {
  if (asked === undefined || most === undefined) return asked ?? most;
  return Math.min(asked, most);
}
