// Owns the reading of an image's config: the same fields in a registry's config blob and in an engine's answer.
import type { ImageConfig } from "@sti/core";
import { asLabels, asObject, asText, asTexts } from "../transport/json-fields.ts";

/** `config`: the field `config` of a config blob, or `Config` of an inspected image. */
export function readImageConfig(config: Readonly<Record<string, unknown>>): ImageConfig {
  const { Test, ...options } = asObject(config.Healthcheck);
  const healthcheck = asTexts(Test);
  const shell = asTexts(config.Shell);
  const healthcheckOptions = Object.fromEntries(
    Object.entries(options).filter((option): option is [string, number] => typeof option[1] === "number"),
  );
  return {
    env: asTexts(config.Env),
    user: asText(config.User),
    workingDir: asText(config.WorkingDir),
    entrypoint: asTexts(config.Entrypoint),
    cmd: asTexts(config.Cmd),
    labels: asLabels(config.Labels),
    exposedPorts: Object.keys(asObject(config.ExposedPorts)),
    volumes: Object.keys(asObject(config.Volumes)),
    onBuild: asTexts(config.OnBuild),
    stopSignal: asText(config.StopSignal) || undefined,
    healthcheck: healthcheck.length === 0 ? undefined : healthcheck,
    ...(typeof config.StopTimeout === "number" ? { stopTimeout: config.StopTimeout } : {}),
    ...(shell.length === 0 ? {} : { shell }),
    ...(Object.keys(healthcheckOptions).length === 0 ? {} : { healthcheckOptions }),
  };
}
