// One session's reading of all sources below apps/ of a folder, in a process of its own. Prints its cost as JSON.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { resolveTargets } from "@sti/core";
import { createDigestCache, readSources } from "@sti/source";
import { privateFolder } from "@sti/source/private";
import type { Figures } from "./measure.ts";

/** `memory`: folder for remembered data. */
const [directory = "", memory = ""] = process.argv.slice(2);
const apps = readdirSync(join(directory, "apps")).map(
  (name) => [name, { source: `apps/${name}`, buildImage: "builder", tag: `bench/${name}` }] as const,
);
const targets = resolveTargets({ apps: Object.fromEntries(apps) });
if (!targets.ok) throw new Error(JSON.stringify(targets.failures));

const cpu = process.cpuUsage();
const started = performance.now();
const digests = createDigestCache(directory, privateFolder(memory));
const read = await readSources(targets.value, { directory, digests });
await digests.write();
const wall = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (!read.ok) throw new Error(JSON.stringify(read.failures));
const figures: Figures = {
  cpu: (user + system) / 1000,
  wall,
  memory: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(figures));
