// All JSON documents of sti. For tests, and for the script that writes schemas/: no command loads these schemas.
import { compareAppsDocument, compareDocument, promoteDocument } from "./comparison.ts";
import type { JsonDocument } from "./document.ts";
import { sessionEvent } from "./event.ts";
import { filesDocument } from "./files.ts";
import { attestDocument, cleanDocument, storeDocument, usageDocument } from "./image.ts";
import { planDocument } from "./plan.ts";
import { doctorDocument, initDocument, levelsDocument, lockDocument } from "./project.ts";
import { queueStatusDocument } from "./queue.ts";
import { metadataDocument, reportDocument, traceDocument } from "./session.ts";
import { historyDocument, whyDocument } from "./why.ts";

export { printJsonSchema } from "./print-json-schema.ts";

export const documents: readonly JsonDocument[] = [
  {
    name: "event",
    title: "Event of a session",
    description: "One line of `--reporter ndjson` and of `--output-file ndjson=FILE`.",
    schema: sessionEvent,
  },
  {
    name: "metadata",
    title: "Results of a session",
    description: "The file of `--metadata-file`.",
    schema: metadataDocument,
  },
  {
    name: "report",
    title: "Report of a session",
    description: "The file of `--report json`.",
    schema: reportDocument,
  },
  {
    name: "trace",
    title: "Trace of a session",
    description: "The file of `--report trace`.",
    schema: traceDocument,
  },
  { name: "plan", title: "Plan", description: "Output of `sti plan --json`.", schema: planDocument },
  {
    name: "files",
    title: "Files of a source",
    description: "Output of `sti plan --files TARGET --json`.",
    schema: filesDocument,
  },
  {
    name: "why",
    title: "Reasons for builds",
    description: "Output of `sti why --json`.",
    schema: whyDocument,
  },
  {
    name: "history",
    title: "Build history",
    description: "Output of `sti why --history --json`.",
    schema: historyDocument,
  },
  {
    name: "compare-images",
    title: "Comparison of two images",
    description: "Output of `sti compare IMAGE IMAGE --json`.",
    schema: compareDocument,
  },
  {
    name: "compare-apps",
    title: "Comparison of builds of apps",
    description: "Output of `sti compare --json` for apps, and the file of its `--report json`.",
    schema: compareAppsDocument,
  },
  {
    name: "promote",
    title: "Promotion of an image",
    description: "Output of `sti promote --json`.",
    schema: promoteDocument,
  },
  {
    name: "usage",
    title: "Description of an image",
    description: "Output of `sti usage --json`.",
    schema: usageDocument,
  },
  {
    name: "clean",
    title: "Removed and kept objects",
    description: "Output of `sti clean --json`.",
    schema: cleanDocument,
  },
  {
    name: "store",
    title: "Images of a store",
    description: "Output of `sti cache ls --json`, `sti cache prune --json` and `sti cache rm --json`.",
    schema: storeDocument,
  },
  {
    name: "attest",
    title: "Attestations of an image",
    description: "Output of `sti attest show --json` and `sti attest verify --json`.",
    schema: attestDocument,
  },
  {
    name: "init",
    title: "Proposed config",
    description: "Output of `sti init --json`.",
    schema: initDocument,
  },
  {
    name: "lock",
    title: "Changes of the lock file",
    description: "Output of `sti lock --json`.",
    schema: lockDocument,
  },
  {
    name: "doctor",
    title: "Checks of the environment",
    description: "Output of `sti doctor --json`.",
    schema: doctorDocument,
  },
  {
    name: "queue",
    title: "Workers and tasks of a queue",
    description: "Output of `sti queue status --json`.",
    schema: queueStatusDocument,
  },
  { name: "ci", title: "Targets by level", description: "Output of `sti ci json`.", schema: levelsDocument },
];
