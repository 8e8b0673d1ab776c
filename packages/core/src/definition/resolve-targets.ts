// Resolves the written config: defaults applied, references parsed, paths checked. Pure.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import type { WrittenApp, WrittenImageName } from "./app-schema.ts";
import type { WrittenAttest } from "./attest-schema.ts";
import { checkInside } from "./check-path.ts";
import type { CompareRules } from "./compare-rules.ts";
import type { WrittenCompare } from "./compare-schema.ts";
import { type ContainerUrls, readContainerUrls } from "./container-urls.ts";
import { deriveBuildTag, type ImageReference, parseImageReference } from "./image-reference.ts";
import { resolveLimits } from "./limits.ts";
import type { Method } from "./method.ts";
import { resolveAppPlatforms, resolvePlatforms } from "./platform.ts";
import { resolveChecks } from "./resolve-checks.ts";
import { resolveDev } from "./resolve-dev.ts";
import { resolveSource } from "./resolve-source.ts";
import type { WrittenConfig, WrittenImageEntry } from "./schema.ts";
import type { AppTarget, AttestedDocuments, CacheFolder, ImageTarget, ImageUse, Target } from "./target.ts";
import { type Host, listEnvFiles, NO_HOST, resolveVariables } from "./variables.ts";

type Defaults = NonNullable<WrittenConfig["defaults"]>;

const BUILT_IN: Defaults = {
  method: "dockerfile",
  pull: "missing",
  incremental: true,
  hostTrust: false,
  scripts: "/usr/bin",
};

/** Settings of the command line that replace those of the config. */
export interface Overrides {
  /** The method of every app. */
  readonly method?: Method | undefined;
}

/** All targets of a config, images first, each in the order it was written. */
export function resolveTargets(
  config: WrittenConfig,
  overrides: Overrides = {},
  host: Host = NO_HOST,
): Result<readonly Target[]> {
  const defaults = config.defaults ?? BUILT_IN;
  const failures: Failure[] = [];
  const urls = readContainerUrls(config);
  const platforms = resolvePlatforms(defaults.platforms, { failures, path: ["defaults", "platforms"] });
  const images = Object.entries(config.images ?? {}).map(([name, entry]) =>
    resolveImage(name, entry, defaults, { attest: config.attest, host, failures }),
  );
  const apps = Object.entries(config.apps ?? {}).map(([name, app]) =>
    resolveApp(name, overrides.method === undefined ? app : { ...app, method: overrides.method }, defaults, {
      attest: config.attest,
      compare: config.compare,
      host,
      failures,
      platforms,
      urls,
    }),
  );
  for (const name of Object.keys(config.apps ?? {})) {
    if (Object.hasOwn(config.images ?? {}, name)) {
      failures.push({
        code: "config-invalid",
        path: ["apps", name],
        message: `is also the name of an image entry; names of targets are unique`,
      });
    }
  }
  if (images.length + apps.length === 0) {
    failures.push({ code: "config-invalid", path: [], message: "declares no apps and no images" });
  }
  const targets = [...images, ...apps];
  // If the config is invalid anyhow, every problem is reported.
  if (failures.length > 0) return failed([...failures, ...targets.flatMap(({ unset }) => unset)]);
  return success(targets);
}

/** The context of resolving targets; problems are added to `failures`. */
interface Resolution {
  /** Of the whole config, as the next one. */
  readonly attest: WrittenAttest | undefined;
  readonly compare?: WrittenCompare | undefined;
  readonly host: Host;
  readonly failures: Failure[];
  /** Of apps, as the next one. */
  readonly platforms?: readonly string[] | undefined;
  readonly urls?: ContainerUrls;
}

const NO_URLS: ContainerUrls = new Map();

function resolveImage(
  name: string,
  entry: WrittenImageEntry,
  defaults: Defaults,
  { attest, host, failures }: Resolution,
): ImageTarget {
  const path = ["images", name];
  const unset: Failure[] = [];
  if (entry.allowOutside !== true) checkInside(entry.context, [...path, "context"], failures);
  return {
    kind: "image",
    name,
    path,
    tag: resolveTag(entry.tag, [...path, "tag"], failures),
    labels: entry.labels ?? {},
    dependsOn: entry.dependsOn ?? [],
    pull: entry.pull ?? defaults.pull,
    push: entry.push ?? defaults.push,
    unset,
    context: entry.context,
    dockerfile: entry.dockerfile ?? "Dockerfile",
    args: resolveVariables(entry.args, {
      path: [...path, "args"],
      files: [],
      host,
      failures,
      unset,
      public: { key: "args", allowPlain: entry.allowPlain ?? [] },
    }),
    stage: entry.stage,
    secrets: entry.secrets ?? {},
    hostTrust: entry.hostTrust ?? defaults.hostTrust,
    attest: resolveAttest(attest, entry.attest),
    network: entry.network ?? "default",
  };
}

function resolveApp(
  name: string,
  app: WrittenApp,
  defaults: Defaults,
  { attest, compare, host, failures, platforms, urls = NO_URLS }: Resolution,
): AppTarget {
  const path = ["apps", name];
  const unset: Failure[] = [];
  const envFiles = listEnvFiles(name, app);
  if (app.allowOutside !== true) {
    for (const { file, path: written } of envFiles) checkInside(file, written, failures);
  }
  const tag = resolveTag(app.tag, [...path, "tag"], failures);
  const runtimeImage =
    app.runtimeImage === undefined
      ? undefined
      : resolveUse(app.runtimeImage, [...path, "runtimeImage"], failures);
  return {
    kind: "app",
    name,
    path,
    tag,
    labels: app.labels ?? {},
    dependsOn: app.dependsOn ?? [],
    pull: app.pull ?? defaults.pull,
    push: app.push ?? defaults.push,
    unset,
    source: resolveSource(app.source, {
      path: [...path, "source"],
      allowOutside: app.allowOutside === true,
      failures,
    }),
    ignore: app.ignore ?? [],
    buildImage: resolveUse(app.buildImage, [...path, "buildImage"], failures),
    runtimeImage,
    buildTag: runtimeImage === undefined ? undefined : deriveBuildTag(tag),
    method: app.method ?? defaults.method,
    env: resolveVariables(app.env, {
      path: [...path, "env"],
      files: envFiles.filter((file) => file.key === "envFile"),
      host,
      failures,
      unset,
      public: { key: "env", allowPlain: app.allowPlain ?? [] },
    }),
    buildEnv: resolveVariables(app.buildEnv, {
      path: [...path, "buildEnv"],
      files: envFiles.filter((file) => file.key === "buildEnvFile"),
      host,
      failures,
      unset,
      public: undefined,
    }),
    secrets: app.secrets ?? {},
    hostTrust: app.hostTrust ?? defaults.hostTrust,
    attest: resolveAttest(attest, app.attest),
    ...resolveGit(app.git ?? defaults.git),
    ...resolveAppPlatforms(app, platforms, { failures, path }),
    limits: resolveLimits(app, { defaults, failures, method: app.method ?? defaults.method, path }),
    incremental: app.incremental ?? defaults.incremental,
    artifacts: {
      size: kibibytes(app.saveArtifacts?.maxSize ?? "4GB"),
      time: seconds(app.saveArtifacts?.timeout ?? "5m"),
    },
    caches: resolveCaches(app, path, failures),
    ...(app.dependencies === undefined ? {} : { dependencies: app.dependencies }),
    ...(app.allowPlain === undefined ? {} : { allowPlain: app.allowPlain }),
    scripts: (app.scripts ?? defaults.scripts).replace(/\/+$/, ""),
    dev:
      app.dev === undefined
        ? undefined
        : resolveDev(app.dev, {
            path: [...path, "dev"],
            allowOutside: app.allowOutside === true,
            host,
            urls,
            failures,
          }),
    checks: resolveChecks(app.checks, { failures, host, path: [...path, "checks"] }),
    compare: resolveCompare(compare, app.compare),
  };
}

function resolveGit(written: WrittenApp["git"]): Pick<AppTarget, "git"> {
  if (written === undefined || written === false) return {};
  return { git: { inKey: written !== true && written.key } };
}

function resolveCompare(...written: readonly (WrittenCompare | undefined)[]): CompareRules {
  return {
    ignore: written.flatMap((one) => one?.ignore ?? []),
    mask: written.flatMap((one) => one?.mask ?? []),
  };
}

/** The target's own settings replace those of the whole config, each for itself. */
function resolveAttest(common: WrittenAttest | undefined, own: WrittenAttest | undefined): AttestedDocuments {
  const isOn = (kind: keyof AttestedDocuments) => own?.[kind] ?? common?.[kind] ?? false;
  return { provenance: isOn("provenance"), sbom: isOn("sbom") };
}

function kibibytes(size: string): number {
  const units = { kB: 1, MB: 1024, GB: 1024 * 1024 };
  return Number.parseInt(size, 10) * units[size.slice(-2) as keyof typeof units];
}

function seconds(time: string): number {
  return Number.parseInt(time, 10) * (time.endsWith("m") ? 60 : 1);
}

function resolveCaches(app: WrittenApp, path: ConfigPath, failures: Failure[]): readonly CacheFolder[] {
  const taken = ["/tmp/src", "/tmp/artifacts", "/tmp/build", "/run/sti", "/run/secrets"];
  return (app.caches ?? []).map(({ id, target }, index) => {
    const folder = target.replace(/\/+$/, "");
    const other = taken.find(
      (used) => `${used}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${used}/`),
    );
    if (other !== undefined) {
      failures.push({
        code: "config-invalid",
        path: [...path, "caches", index, "target"],
        message: `overlaps ${other}, which is mounted too`,
      });
    }
    taken.push(folder);
    return { id: id ?? folder.slice(1).replaceAll(/[^A-Za-z0-9._-]/g, "-"), target: folder };
  });
}

function resolveUse(written: WrittenImageName, path: ConfigPath, failures: Failure[]): ImageUse {
  if (typeof written !== "string") return { kind: "target", name: written.target };
  return { kind: "reference", reference: resolveReference(written, path, failures) };
}

function resolveTag(written: string, path: ConfigPath, failures: Failure[]): ImageReference {
  const reference = resolveReference(written, path, failures);
  if (reference.digest !== undefined) {
    failures.push({
      code: "reference-invalid",
      path,
      reference: written,
      message: "has a digest; use a tag",
    });
  }
  return reference;
}

function resolveReference(written: string, path: ConfigPath, failures: Failure[]): ImageReference {
  const parsed = parseImageReference(written);
  if ("reference" in parsed) return parsed.reference;
  failures.push({ code: "reference-invalid", path, reference: written, message: parsed.problem });
  return { full: written, short: written, repository: written, tag: undefined, digest: undefined };
}
