// The config as the user may write it: its zod schema, from which types, JSON schema and reference are made.
// resolve-targets.ts interprets it.
import * as z from "zod";
import { App, allowedUids, Git, Incremental, network, WrittenMethod } from "./app-schema.ts";
import { Attest, AttestSettings, verify } from "./attest-schema.ts";
import { Compare } from "./compare-schema.ts";
import { Service } from "./dev-schema.ts";
import { PullPolicy } from "./pull-policy-schema.ts";
import {
  allowOutside,
  allowPlain,
  dependsOn,
  labels,
  platforms,
  push,
  storeRepository,
  targetName,
  text,
  variables,
} from "./schema-values.ts";
import { secrets } from "./secret-schema.ts";
import type { Source } from "./source-schema.ts";

export const ImageEntry = z
  .strictObject({
    context: text().describe("Build context: the folder to send to the engine, relative to the config file."),
    dockerfile: text()
      .optional()
      .describe("Path of the Dockerfile, relative to the context. Default: Dockerfile."),
    tag: text().describe("Tag of the built image."),
    args: variables().optional().describe("Build arguments. They are visible in the image's history."),
    allowPlain: allowPlain().optional(),
    secrets: secrets()
      .optional()
      .describe(
        "Secrets by name, for RUN --mount=type=secret,id=NAME of the Dockerfile. A changed value does not trigger a build.",
      ),
    hostTrust: z
      .boolean()
      .optional()
      .describe(
        "Pass this machine's CA certificates and proxy settings to each RUN. Default: defaults.hostTrust.",
      ),
    network: network()
      .optional()
      .describe(
        "Network of each RUN: the engine's usual network, none, or the network of the engine's machine.",
      ),
    stage: text().optional().describe("Stage of the Dockerfile to build. Default: the last one."),
    labels: labels().optional().describe("Labels of the image."),
    dependsOn: dependsOn().optional(),
    pull: PullPolicy.optional().describe("Default: defaults.pull."),
    push: push().optional(),
    attest: Attest.optional().describe("Default: attest of the whole config."),
    allowOutside: allowOutside().optional(),
  })
  .meta({
    id: "ImageEntry",
    description: "A plain Dockerfile build in this repository, usually of a build or runtime image.",
  });

export const Defaults = z
  .strictObject({
    method: WrittenMethod.prefault("dockerfile"),
    pull: PullPolicy.default("missing"),
    push: z.boolean().optional().describe("Push images once their targets have succeeded."),
    incremental: Incremental.default(true),
    hostTrust: z
      .boolean()
      .default(false)
      .describe(
        "Pass this machine's CA certificates and proxy settings to prepare, and to each RUN of image entries.",
      ),
    git: Git.optional().describe("Applies to apps."),
    scripts: text()
      .regex(/^\//, "must be an absolute path")
      .default("/usr/bin")
      .describe("Folder of prepare, run and save-artifacts in the images."),
    allowedUids: allowedUids().optional(),
    platforms: platforms()
      .optional()
      .describe("Platforms to build apps for, such as linux/amd64 and linux/arm64."),
  })
  .meta({ id: "Defaults", description: "Default settings of all targets." });

const Concurrency = z
  .union([
    z.int().min(1).max(1024),
    z.string().regex(/^(?:[1-9]\d?|100)%$/, "must be a number from 1 to 1024, or a percentage such as '50%'"),
  ])
  .meta({
    id: "Concurrency",
    description:
      "Maximum number of targets to build at once, or a percentage of the engine's processors such as '50%'.",
  });

const ResultCache = z
  .strictObject({
    image: storeRepository(),
    read: z.boolean().optional().describe("Whether results are taken from it. Default: true."),
    write: z.boolean().optional().describe("Whether new results are added to it. Default: true."),
    previous: z
      .union([
        z.literal(false),
        z.string().regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be false, or a size such as '500MB'"),
      ])
      .optional()
      .describe(
        "Size limit, compressed, of the last result that is pulled for its artifacts where an incremental build has no previous image; false: none is. Default: 500MB.",
      ),
    verify: verify()
      .optional()
      .describe(
        "Public key, or a list of them: only results that one of them has signed are used (see attest.key). `ed25519:BASE64`, `p256:BASE64` or PEM.",
      ),
    insecure: z
      .boolean()
      .optional()
      .describe(
        "Whether its registry speaks no TLS, or has a certificate that nobody signed; the engine has to know it as insecure, too. Default: false, except on this machine.",
      ),
  })
  .meta({
    id: "ResultCache",
    description: "A repository of a registry in which machines share results.",
  });

export const Config = z
  .strictObject({
    $schema: z.string().optional().describe("Path or URL of the JSON schema of this file, for editors."),
    concurrency: Concurrency.optional().describe("Default: the engine's processors, at most 4."),
    defaults: Defaults.optional(),
    images: z
      .record(targetName(), ImageEntry)
      .optional()
      .describe("Plain Dockerfile builds that apps use as build or runtime image, by name."),
    apps: z.record(targetName(), App).optional().describe("Apps, by name."),
    profiles: z
      .record(targetName(), z.looseObject({}))
      .optional()
      .describe("Partial configs, by name, which --profile NAME merges into the config."),
    services: z
      .record(targetName(), Service)
      .optional()
      .describe("Containers that run beside the apps in `sti watch --run`, such as databases, by name."),
    compare: Compare.optional(),
    attest: AttestSettings.optional(),
    cache: ResultCache.optional(),
    groups: z
      .record(targetName(), z.array(text()).min(1))
      .optional()
      .describe("Groups of targets, by name, for the selector group:NAME."),
  })
  .meta({
    id: "StiConfig",
    title: "sti.config",
    description: "The images that sti builds, and their settings.",
  });

/** The user's input. `UserConfig` of @sti/config is the same type with documentation for editors. */
export type UserConfig = z.input<typeof Config>;
/** The user's config, checked, with nothing added but the defaults of `defaults`. */
export type WrittenConfig = z.output<typeof Config>;
export type WrittenImageEntry = z.output<typeof ImageEntry>;
export type WrittenSource = z.output<typeof Source>;
export type Defaults = z.output<typeof Defaults>;
