// An app as the user may write it: zod schemas.
import * as z from "zod";
import { Attest } from "./attest-schema.ts";
import { Checks } from "./checks-schema.ts";
import { Compare } from "./compare-schema.ts";
import { Dev } from "./dev-schema.ts";
import { EARLIER_METHODS, METHODS, readMethod } from "./method.ts";
import { PullPolicy } from "./pull-policy-schema.ts";
import {
  allowOutside,
  allowPlain,
  dependsOn,
  envFiles,
  labels,
  platforms,
  push,
  text,
  variables,
} from "./schema-values.ts";
import { secrets } from "./secret-schema.ts";
import { Source } from "./source-schema.ts";

export const WrittenMethod = z
  .enum([...METHODS, EARLIER_METHODS.dockerfile, EARLIER_METHODS.container])
  .transform((written) => readMethod(written))
  .meta({
    id: "Method",
    description:
      "How the image is built. dockerfile: from a generated Dockerfile, by the engine's builder. container: in a container that is committed. build is an alias of dockerfile, run of container.",
  });

const ImageName = z
  .union([
    text().describe("An image reference. If it is the tag of another target, that target is built first."),
    z.strictObject({ target: text().describe("Name of the target that builds the image.") }),
  ])
  .meta({ id: "ImageName", description: "An image reference, or the target that builds the image." });

export const Incremental = z.union([z.boolean(), z.literal("required")]).meta({
  id: "Incremental",
  description:
    "Whether prepare receives the artifacts of the previous build. true: if possible; otherwise the build is clean and the reason is reported. required: fail if existing artifacts cannot be reused.",
});

export const Cache = z
  .strictObject({
    target: text()
      .regex(/^\/(?:[^/]+\/?)+$/, "must be an absolute path below /")
      .describe("Absolute path at which prepare finds the folder."),
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "is made of letters, digits, '.', '_' and '-'")
      .optional()
      .describe("Caches with the same id share one folder across apps. Default: the path in target."),
  })
  .meta({
    id: "Cache",
    description: "A folder that persists between builds and is never part of the image.",
  });

export const Dependencies = z
  .union([
    z.literal(false),
    z.strictObject({
      inputs: z
        .array(text())
        .min(1)
        .describe(
          "Patterns of the files that prepare-dependencies reads, relative to the source, as in an ignore file. Default: the label sti.dependencies.inputs of the image.",
        ),
    }),
  ])
  .meta({
    id: "Dependencies",
    description:
      "Inputs of the dependency layer, which prepare-dependencies of the build and runtime images fills. false: build without one.",
  });

export const Git = z
  .union([
    z.boolean(),
    z.strictObject({
      key: z.boolean().describe("Whether another commit, branch or tag triggers a build."),
    }),
  ])
  .meta({
    id: "Git",
    description:
      "Whether prepare receives STI_GIT_COMMIT, STI_GIT_BRANCH, STI_GIT_TAG and STI_GIT_DIRTY of the source's repository. They are not stored in the image; only with key: true, other values trigger a build.",
  });

export const SaveArtifacts = z
  .strictObject({
    maxSize: z
      .string()
      .regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be a size such as '500MB'")
      .default("4GB")
      .describe(
        "Size limit of the artifacts. Larger artifacts are not reused: the build is clean, with a warning.",
      ),
    timeout: z
      .string()
      .regex(/^[1-9]\d*[sm]$/, "must be a time such as '90s' or '5m'")
      .default("5m")
      .describe(
        "Time limit of the script. After it, the script is stopped: the build is clean, with a warning.",
      ),
  })
  .meta({ id: "SaveArtifacts", description: "Limits of save-artifacts of the previous image." });

export const allowedUids = () =>
  z
    .array(
      z.union([
        z.int().min(0),
        z.string().regex(/^\d+-\d*$/, "must be a user's number, or a range such as '1000-1999' or '1-'"),
      ]),
    )
    .describe(
      "User IDs that may run scripts and results, for USER of each image and for user: numbers, or ranges such as '1000-1999'.",
    );

export const network = () => z.enum(["default", "none", "host"]);

export const App = z
  .strictObject({
    source: Source,
    ignore: z
      .array(text())
      .optional()
      .describe(
        "Patterns of files to leave out, in addition to .stiignore, .s2iignore or .dockerignore; relative to the source, or to each of its parts.",
      ),
    buildImage: ImageName.describe("Image whose prepare script turns the source into a deployed app."),
    runtimeImage: ImageName.optional().describe(
      "Image to base the result on instead of the build image (extended build).",
    ),
    method: WrittenMethod.optional().describe("Default: defaults.method."),
    tag: text().describe("Tag of the built image."),
    env: variables().optional().describe("Variables of the image, also set for prepare."),
    envFile: envFiles()
      .optional()
      .describe(".env files with variables of the image, relative to the config file; env takes precedence."),
    buildEnv: variables().optional().describe("Variables for prepare only, not stored in the image."),
    buildEnvFile: envFiles()
      .optional()
      .describe(".env files with variables for prepare only; buildEnv takes precedence."),
    allowPlain: allowPlain().optional(),
    secrets: secrets()
      .optional()
      .describe(
        "Secrets by name. Only prepare can read them, as /run/secrets/NAME. A changed value does not trigger a build.",
      ),
    labels: labels().optional().describe("Labels of the image."),
    dependsOn: dependsOn().optional(),
    pull: PullPolicy.optional().describe("Default: defaults.pull."),
    push: push().optional(),
    hostTrust: z
      .boolean()
      .optional()
      .describe(
        "Pass this machine's CA certificates and proxy settings to prepare. Default: defaults.hostTrust.",
      ),
    git: Git.optional().describe("Default: defaults.git."),
    network: network()
      .optional()
      .describe(
        "Network of the scripts: the engine's usual network, none, or the network of the engine's machine.",
      ),
    addHosts: z
      .record(
        z.string().regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/, "must be a host's name"),
        z.union([z.ipv4(), z.ipv6()], "must be an IP address"),
      )
      .optional()
      .describe("Custom host-to-IP mappings, for the scripts only."),
    memory: z
      .string()
      .regex(/^[1-9]\d*(?:kB|MB|GB)$/, "must be a size such as '512MB'")
      .optional()
      .describe("Memory limit of the scripts; container method only."),
    cpus: z
      .number()
      .positive()
      .optional()
      .describe("CPU limit of the scripts, e.g. 1.5; container method only."),
    timeout: z
      .string()
      .regex(/^[1-9]\d*[smh]$/, "must be a time such as '90s' or '10m'")
      .optional()
      .describe(
        "Time limit of each prepare; prepare is killed when it expires. With the Dockerfile method, the limit applies to each whole build step.",
      ),
    user: text()
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
        "must be a user's name or number, with ':' and a group or without",
      )
      .optional()
      .describe("User that runs prepare. The image keeps the USER of its base. Default: that USER."),
    capDrop: z
      .array(z.string().regex(/^[A-Z_]+$/, "must be a capability such as 'NET_RAW', or 'ALL'"))
      .optional()
      .describe("Linux capabilities to drop for the scripts; container method only."),
    noNewPrivileges: z
      .boolean()
      .optional()
      .describe("Prevent the scripts from gaining privileges, e.g. with sudo; container method only."),
    platform: z
      .string()
      .regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/, "must be a platform such as 'linux/amd64'")
      .optional()
      .describe("Platform of the result; an engine of another platform is refused."),
    platforms: platforms()
      .optional()
      .describe(
        "Platforms to build the image for; its tag becomes an index of all. Default: defaults.platforms.",
      ),
    allowedUids: allowedUids().optional(),
    incremental: Incremental.optional().describe("Default: defaults.incremental."),
    saveArtifacts: SaveArtifacts.optional(),
    caches: z
      .array(Cache)
      .optional()
      .describe("Folders that persist between builds, e.g. a package manager's downloads."),
    dependencies: Dependencies.optional(),
    scripts: text()
      .regex(/^\//, "must be an absolute path")
      .optional()
      .describe("Folder of prepare, run and save-artifacts in the images. Default: defaults.scripts."),
    dev: Dev.optional(),
    checks: Checks.optional(),
    attest: Attest.optional().describe("Default: attest of the whole config."),
    compare: Compare.optional().describe("Added to compare of the whole config."),
    allowOutside: allowOutside().optional(),
  })
  .meta({ id: "App", description: "A source that is turned into an image." });

export type WrittenApp = z.output<typeof App>;
export type WrittenImageName = z.output<typeof ImageName>;
export type Incremental = z.output<typeof Incremental>;
export type Cache = z.output<typeof Cache>;
