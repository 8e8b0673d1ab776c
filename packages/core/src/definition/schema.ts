// The config as the user may write it: its zod schema, from which types, JSON schema and reference are made.
// resolve-targets.ts interprets it.
import * as z from "zod";
import { Checks } from "./checks-schema.ts";
import { Compare } from "./compare-schema.ts";
import { Dev } from "./dev-schema.ts";
import {
  allowOutside,
  allowPlain,
  dependsOn,
  envFiles,
  labels,
  push,
  targetName,
  text,
  variableName,
  variables,
} from "./schema-values.ts";
import { Source } from "./source-schema.ts";

export const Method = z.enum(["build", "run"]).meta({
  id: "Method",
  description:
    "How the image is made. build: a generated Dockerfile and the engine's builder. run: a container that is committed.",
});

export const PullPolicy = z.enum(["missing", "always", "never"]).meta({
  id: "PullPolicy",
  description: "When an image that the config does not build is pulled, at most once per session.",
});

const ImageName = z
  .union([
    text().describe("An image reference. If it is the tag of another target, that target is built first."),
    z.strictObject({ target: text().describe("Name of the target whose image is used.") }),
  ])
  .meta({ id: "ImageName", description: "An image: by reference, or by the target that makes it." });

export const ImageEntry = z
  .strictObject({
    context: text().describe("Folder that is sent to the engine, relative to the config file."),
    dockerfile: text()
      .optional()
      .describe("Path of the Dockerfile, relative to the context. Default: Dockerfile."),
    tag: text().describe("Tag of the image that is made."),
    args: variables().optional().describe("Build arguments. They can be read in the image's history."),
    allowPlain: allowPlain().optional(),
    stage: text().optional().describe("Stage of the Dockerfile to build. Default: the last one."),
    labels: labels().optional().describe("Labels of the image."),
    dependsOn: dependsOn().optional(),
    pull: PullPolicy.optional().describe("Default: defaults.pull."),
    push: push().optional(),
    allowOutside: allowOutside().optional(),
  })
  .meta({
    id: "ImageEntry",
    description: "A plain Dockerfile build in this repository, usually a build or runtime image.",
  });

export const Incremental = z.union([z.boolean(), z.literal("required")]).meta({
  id: "Incremental",
  description:
    "Whether prepare gets the artifacts of the previous build. true: where that is possible, else the build is clean and says why. required: anything that stands in the way is an error.",
});

export const Cache = z
  .strictObject({
    target: text()
      .regex(/^\/(?:[^/]+\/?)+$/, "must be an absolute path below /")
      .describe("Where prepare finds the folder."),
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "is made of letters, digits, '.', '_' and '-'")
      .optional()
      .describe("Caches with the same id are one folder, whichever app uses it. Default: the target's path."),
  })
  .meta({ id: "Cache", description: "A folder that lasts from build to build and is never in the image." });

export const SaveArtifacts = z
  .strictObject({
    maxSize: z
      .string()
      .regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be a size such as '500MB'")
      .default("4GB")
      .describe("More than this is not reused: the build is clean, with a warning."),
    timeout: z
      .string()
      .regex(/^[1-9]\d*[sm]$/, "must be a time such as '90s' or '5m'")
      .default("5m")
      .describe("A script that takes longer is stopped: the build is clean, with a warning."),
  })
  .meta({ id: "SaveArtifacts", description: "What save-artifacts of the previous image may use." });

const allowedUids = () =>
  z
    .array(
      z.union([
        z.int().min(0),
        z.string().regex(/^\d+-\d*$/, "must be a user's number, or a range such as '1000-1999' or '1-'"),
      ]),
    )
    .describe("Numbers of the users that may run scripts and results: of USER of each image, and of user.");

export const Secret = z
  .union([
    z.strictObject({
      env: variableName().describe("Name of the variable of the environment that sti runs in."),
    }),
    z.strictObject({ file: text().describe("Path of a file, relative to the config file or absolute.") }),
  ])
  .meta({ id: "Secret", description: "Where a secret's value is taken from." });

export const App = z
  .strictObject({
    source: Source.describe(
      "What the app is made of: a folder, an archive (zip, tar, tar.gz, tar.zst; told by its content) or a single file, relative to the config file; a git repository; or several of them.",
    ),
    ignore: z
      .array(text())
      .optional()
      .describe(
        "Patterns of what is left out, in addition to .stiignore or .dockerignore; relative to the source, or to each of its parts.",
      ),
    buildImage: ImageName.describe("Image whose prepare script turns the source into a deployed app."),
    runtimeImage: ImageName.optional().describe(
      "Image that the result is based on, when it is not the build image (extended build).",
    ),
    method: Method.optional().describe("Default: defaults.method."),
    tag: text().describe("Tag of the image that is made."),
    env: variables().optional().describe("Variables of the image, which prepare sees too."),
    envFile: envFiles()
      .optional()
      .describe(".env files with variables of the image, relative to the config file; env goes before them."),
    buildEnv: variables().optional().describe("Variables for prepare only; they are not in the image."),
    buildEnvFile: envFiles()
      .optional()
      .describe(".env files with variables for prepare only; buildEnv goes before them."),
    allowPlain: allowPlain().optional(),
    secrets: z
      .record(
        z
          .string()
          .regex(
            /^[A-Za-z0-9_][A-Za-z0-9._-]*$/,
            "a secret's name is made of letters, digits, '.', '_' and '-', and starts with neither '.' nor '-'",
          ),
        Secret,
      )
      .optional()
      .describe(
        "What prepare finds as /run/secrets/NAME and nobody else gets to see. A changed value makes no new build.",
      ),
    labels: labels().optional().describe("Labels of the image."),
    dependsOn: dependsOn().optional(),
    pull: PullPolicy.optional().describe("Default: defaults.pull."),
    push: push().optional(),
    hostTrust: z
      .boolean()
      .optional()
      .describe(
        "Give prepare this machine's CA certificates and proxy settings. Default: defaults.hostTrust.",
      ),
    network: z
      .enum(["default", "none", "host"])
      .optional()
      .describe(
        "What the scripts reach: the engine's usual network, nothing, or what the engine's machine does.",
      ),
    addHosts: z
      .record(
        z.string().regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/, "must be a host's name"),
        z.union([z.ipv4(), z.ipv6()], "must be an IP address"),
      )
      .optional()
      .describe("Addresses of hosts, by name, for the scripts only."),
    memory: z
      .string()
      .regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be a size such as '512MB'")
      .optional()
      .describe("Memory of the scripts; method run only."),
    cpus: z.number().positive().optional().describe("Processors of the scripts, e.g. 1.5; method run only."),
    timeout: z
      .string()
      .regex(/^[1-9]\d*[smh]$/, "must be a time such as '90s' or '10m'")
      .optional()
      .describe(
        "How long each prepare may take; then it is killed. By method build the whole of each build step.",
      ),
    user: text()
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
        "must be a user's name or number, with ':' and a group or without",
      )
      .optional()
      .describe("Who runs prepare. The image keeps the USER of its base. Default: that USER."),
    capDrop: z
      .array(z.string().regex(/^[A-Z_]+$/, "must be a capability such as 'NET_RAW', or 'ALL'"))
      .optional()
      .describe("Capabilities that the scripts do without; method run only."),
    noNewPrivileges: z
      .boolean()
      .optional()
      .describe("Keep programs such as sudo from giving the scripts more rights; method run only."),
    platform: z
      .string()
      .regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/, "must be a platform such as 'linux/amd64'")
      .optional()
      .describe("What the result is for; an engine that is something else is refused."),
    allowedUids: allowedUids().optional(),
    incremental: Incremental.optional().describe("Default: defaults.incremental."),
    saveArtifacts: SaveArtifacts.optional(),
    caches: z
      .array(Cache)
      .optional()
      .describe("Folders that last from build to build, e.g. a package manager's downloads."),
    scripts: text()
      .regex(/^\//, "must be an absolute path")
      .optional()
      .describe("Folder of prepare, run and save-artifacts in the images. Default: defaults.scripts."),
    dev: Dev.optional(),
    checks: Checks.optional(),
    compare: Compare.optional().describe("In addition to what compare of the whole config says."),
    allowOutside: allowOutside().optional(),
  })
  .meta({ id: "App", description: "A source that is turned into an image." });

export const Defaults = z
  .strictObject({
    method: Method.default("build"),
    pull: PullPolicy.default("missing"),
    push: z.boolean().optional().describe("Push images when their targets have succeeded."),
    incremental: Incremental.default(true),
    hostTrust: z
      .boolean()
      .default(false)
      .describe("Give prepare this machine's CA certificates and proxy settings."),
    scripts: text()
      .regex(/^\//, "must be an absolute path")
      .default("/usr/bin")
      .describe("Folder of prepare, run and save-artifacts in the images."),
    allowedUids: allowedUids().optional(),
  })
  .meta({ id: "Defaults", description: "What targets get that do not say otherwise." });

export const Concurrency = z
  .union([
    z.int().min(1).max(1024),
    z.string().regex(/^(?:[1-9]\d?|100)%$/, "must be a number from 1 to 1024, or a percentage such as '50%'"),
  ])
  .describe(
    "How many targets are built at once: a number, or a share of the engine's processors such as '50%'. Default: the engine's processors, at most 4.",
  );

export const Config = z
  .strictObject({
    $schema: z.string().optional().describe("Where an editor finds the schema of this file."),
    concurrency: Concurrency.optional(),
    defaults: Defaults.optional(),
    images: z
      .record(targetName(), ImageEntry)
      .optional()
      .describe("Plain Dockerfile builds that apps use as build or runtime image, by name."),
    apps: z.record(targetName(), App).optional().describe("The apps, by name."),
    profiles: z
      .record(targetName(), z.looseObject({}))
      .optional()
      .describe("Parts of a config, by name, that --profile NAME merges into it."),
    compare: Compare.optional(),
    groups: z
      .record(targetName(), z.array(text()).min(1))
      .optional()
      .describe("Names of targets that are selected together by group:NAME."),
  })
  .meta({ id: "StiConfig", title: "sti.config", description: "What sti builds." });

/** The user's input: the parameter of `defineConfig`. */
export type UserConfig = z.input<typeof Config>;
/** The user's config, checked, with nothing added but the defaults of `defaults`. */
export type WrittenConfig = z.output<typeof Config>;
export type WrittenApp = z.output<typeof App>;
export type WrittenImageEntry = z.output<typeof ImageEntry>;
export type WrittenImageName = z.output<typeof ImageName>;
export type WrittenSource = z.output<typeof Source>;
export type Method = z.output<typeof Method>;
export type PullPolicy = z.output<typeof PullPolicy>;
export type Incremental = z.output<typeof Incremental>;
export type Cache = z.output<typeof Cache>;
export type Defaults = z.output<typeof Defaults>;
export type Secret = z.output<typeof Secret>;
export type Concurrency = z.output<typeof Concurrency>;
