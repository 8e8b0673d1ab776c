// A task as it arrives at a worker: plain JSON.
import type { BuildTask } from "@sti/core/remote";
import { nodeOf } from "./definitions.ts";

const HASH = "a".repeat(64);

/** Of an app on an image of a registry; `more`: fields of the app in the config. */
export function buildTask(name = "api", more: object = {}): BuildTask {
  const app = {
    source: ".",
    buildImage: "acme/builder",
    method: "container" as const,
    tag: `acme/${name}`,
    ...more,
  };
  const task = {
    version: 1,
    session: "sti-run-1",
    node: nodeOf({ apps: { [name]: app } }, name),
    dependencies: [],
    key: HASH,
    platform: { os: "linux", architecture: "amd64" },
    source: { digest: HASH, packed: { digest: `sha256:${HASH}`, size: 1 }, facts: {} },
    locked: [],
    flags: { clean: false, force: false, time: 1 },
    store: { repository: "registry.example/acme/store", insecure: false },
  };
  return JSON.parse(JSON.stringify(task)) as BuildTask;
}

/** A copy with another value at a path: "node.target.name". */
export function withField(task: BuildTask, path: string, value: unknown): unknown {
  const copy = structuredClone(task) as unknown as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop() ?? "";
  const place = names.reduce((part, name) => part[name] as Record<string, unknown>, copy);
  place[last] = value;
  return copy;
}
