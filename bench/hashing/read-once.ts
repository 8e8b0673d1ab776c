// One session's reading of all sources of a generated project, in a process of its own. Prints what it took as JSON.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { resolveTargets } from "@sti/core";
import { createDigestCache, readSources } from "@sti/source";

/** CPU and wall in milliseconds, memory in bytes. */
export interface Measured {
  readonly cpu: number;
  readonly wall: number;
  readonly memory: number;
}

const directory = process.argv[2] as string;
const apps = readdirSync(join(directory, "services")).map(
  (name) => [name, { source: `services/${name}`, buildImage: "builder", tag: `bench/${name}` }] as const,
);
const targets = resolveTargets({ apps: Object.fromEntries(apps) });
if (!targets.ok) throw new Error(JSON.stringify(targets.failures));

const cpu = process.cpuUsage();
const started = performance.now();
const digests = createDigestCache(directory);
const read = await readSources(targets.value, { directory, digests });
await digests.write();
const wall = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (!read.ok) throw new Error(JSON.stringify(read.failures));
const measured: Measured = {
  cpu: (user + system) / 1000,
  wall,
  memory: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(measured));
