// Whether the config of a new image is exactly the one that was asked for. Pure.
import type { AppTarget } from "../definition/target.ts";
import type { ImageConfig } from "../engine/image.ts";
import { mergeEnv } from "../plan/app-build.ts";
import type { ImageFacts } from "../plan/facts.ts";
import type { ImageStage } from "../plan/step.ts";

/** The expected image: its target, stage, base and labels. */
export interface ExpectedImage {
  readonly target: AppTarget;
  readonly stage: ImageStage;
  readonly base: ImageFacts;
  /** That its step gave it, besides those of the base. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The first difference, without any value: an engine may leak secrets into a config. Undefined when the config is the
 * requested one.
 */
export function findConfigProblem(config: ImageConfig, expected: ExpectedImage): string | undefined {
  const base = expected.base.details.config;
  return (
    findStartProblem(config, expected) ??
    findEnvProblem(config, expected) ??
    findUserProblem(config, expected) ??
    (folderOf(config) === folderOf(base) ? undefined : `its working directory is ${config.workingDir}`) ??
    findSetProblem("declares the volume", config.volumes, base.volumes) ??
    findSetProblem("exposes the port", config.exposedPorts, base.exposedPorts) ??
    findLabelProblem(config, expected) ??
    findOtherProblem(config, base)
  );
}

function findStartProblem(config: ImageConfig, { base, stage }: ExpectedImage): string | undefined {
  const { contract, details } = base;
  const own = details.config;
  const asked =
    stage === "result"
      ? { entrypoint: contract.keepsEntrypoint ? own.entrypoint : [], cmd: [contract.scripts.run] }
      : { entrypoint: own.entrypoint, cmd: own.cmd };
  if (isSame(config.entrypoint, asked.entrypoint) && isSame(config.cmd, asked.cmd)) return undefined;
  const starts = JSON.stringify([...config.entrypoint, ...config.cmd]);
  return stage === "result" ? `it starts ${starts} instead of the run script` : `it starts ${starts}`;
}

function findEnvProblem(config: ImageConfig, { base, target }: ExpectedImage): string | undefined {
  const asked = variablesOf(mergeEnv(base.details.config.env, target.env));
  const found = variablesOf(config.env);
  for (const [name, value] of asked) {
    if (!found.has(name)) return `it lacks the variable ${name}`;
    if (found.get(name) !== value) return `its variable ${name} has another value`;
  }
  // Builders give a base without one the usual PATH.
  const added = [...found.keys()].find((name) => !asked.has(name) && name !== "PATH");
  return added === undefined ? undefined : `it has the variable ${added}, which was not requested`;
}

function findUserProblem(config: ImageConfig, { base, target }: ExpectedImage): string | undefined {
  const own = base.details.config.user;
  const { runtimeUser, user } = base.contract;
  // After another user ran prepare, the image's own is given back, by numbers where its name is no word.
  const asked = [target.limits.user, user, runtimeUser].every((name) => name === undefined)
    ? [own]
    : [own || "0", ...(base.owner === undefined ? [] : [`${base.owner.uid}:${base.owner.gid}`])];
  if (asked.includes(config.user)) return undefined;
  return `its user is ${config.user || "root"} instead of ${own || "root"}`;
}

function findLabelProblem(config: ImageConfig, { base, labels }: ExpectedImage): string | undefined {
  const asked = { ...base.details.config.labels, ...labels };
  const wrong = Object.entries(asked).find(([name, value]) => config.labels[name] !== value);
  if (wrong !== undefined) return `its label ${wrong[0]} is not the one it was given`;
  const added = Object.keys(config.labels).find((name) => !(name in asked) && !ENGINE_LABELS.has(name));
  return added === undefined ? undefined : `it has the label ${added}, which was not requested`;
}

/** Labels that engines give to everything they build. */
const ENGINE_LABELS: ReadonlySet<string> = new Set(["io.buildah.version"]);

function findSetProblem(
  verb: string,
  found: readonly string[],
  asked: readonly string[],
): string | undefined {
  const added = found.find((item) => !asked.includes(item));
  if (added !== undefined) return `it ${verb} ${added}, which was not requested`;
  const lost = asked.find((item) => !found.includes(item));
  return lost === undefined ? undefined : `it no longer ${verb} ${lost}, as its base image does`;
}

function findOtherProblem(config: ImageConfig, base: ImageConfig): string | undefined {
  if (config.onBuild.length > 0) return "it has ONBUILD instructions";
  if (config.stopSignal !== base.stopSignal) return "its stop signal is another than its base image's";
  const isHealthy =
    isSame(config.healthcheck ?? [], base.healthcheck ?? []) &&
    JSON.stringify(config.healthcheckOptions ?? {}) === JSON.stringify(base.healthcheckOptions ?? {});
  return isHealthy ? undefined : "its health check is another than its base image's";
}

function variablesOf(env: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    env.map((entry) => {
      const equals = entry.indexOf("=");
      return equals < 0 ? [entry, ""] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

function folderOf({ workingDir }: ImageConfig): string {
  return workingDir.replace(/\/+$/, "");
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
