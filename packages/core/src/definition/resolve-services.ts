// Services from the config: containers that run beside those of apps. Pure.
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import { readContainerUrls } from "./container-urls.ts";
import type { DevSubject, ServiceTarget } from "./dev-settings.ts";
import { parseImageReference } from "./image-reference.ts";
import { resolveDev } from "./resolve-dev.ts";
import type { WrittenConfig } from "./schema.ts";
import type { Target } from "./target.ts";
import { type Host, NO_HOST } from "./variables.ts";

/** In the order they were written. `targets`: of the same config. */
export function resolveServices(
  config: WrittenConfig,
  targets: readonly Target[],
  host: Host = NO_HOST,
): Result<readonly ServiceTarget[]> {
  const failures: Failure[] = [];
  const urls = readContainerUrls(config);
  const services = Object.entries(config.services ?? {}).map(([name, written]): ServiceTarget => {
    const path = ["services", name];
    const refuse = (key: readonly string[], message: string) =>
      failures.push({ code: "config-invalid", path: [...path, ...key], message });
    const { allowOutside, image, ports, pull = "missing", ...dev } = written;
    const parsed = parseImageReference(image);
    if ("problem" in parsed)
      failures.push({
        code: "reference-invalid",
        path: [...path, "image"],
        reference: image,
        message: parsed.problem,
      });
    const built = targets.find(({ tag }) => "reference" in parsed && tag.full === parsed.reference.full);
    const namesake = targets.find((target) => target.name === name);
    if (namesake !== undefined && namesake !== built) {
      const other = namesake.kind === "app" ? "an app" : "an image entry";
      refuse([], `is also the name of ${other}, whose image it does not run; choose another name`);
    }
    if (built?.kind === "app") refuse(["image"], `is built by the app ${built.name}, which runs by itself`);
    return {
      kind: "service",
      name,
      path,
      image:
        "reference" in parsed
          ? parsed.reference
          : { full: image, short: image, repository: image, tag: undefined, digest: undefined },
      builtBy: built?.name,
      pull,
      dev: resolveDev(
        // Unlike an app, a service is for other containers.
        { ...dev, ports: ports ?? [] },
        { path, allowOutside: allowOutside === true, host, urls, failures },
      ),
    };
  });
  return failures.length > 0 ? failed(failures) : success(services);
}

/**
 * Names of the apps and services that run for a selection of targets: its apps, services with the name of an image entry
 * that builds them, and all that these depend on, directly or through others.
 */
export function neededToRun(
  selected: readonly string[],
  subjects: readonly (DevSubject | ServiceTarget)[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const one of subjects.find((subject) => subject.name === name)?.dev?.dependsOn ?? []) add(one);
  };
  for (const subject of subjects) {
    const { kind, name } = subject;
    const isTarget = kind === "app" || ("builtBy" in subject && subject.builtBy === name);
    if (isTarget && selected.includes(name)) add(name);
  }
  return found;
}
