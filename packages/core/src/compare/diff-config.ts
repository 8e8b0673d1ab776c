// Differences between the configs of two images, as plain changes: without rules and without origins.
import type { ImageConfig, ImageDetails } from "../engine/image.ts";
import type { Change } from "./rule.ts";

/** The order of variables, labels, ports and volumes is nothing that a container could see. */
export function diffConfig(left: ImageDetails, right: ImageDetails): readonly Change[] {
  const [a, b] = [describeConfig(left), describeConfig(right)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key): readonly Change[] => {
    const [one, other] = [a.get(key), b.get(key)];
    if (one?.value === other?.value) return [];
    const { what = "", name } = one ?? other ?? {};
    const path = name === undefined ? {} : { path: name };
    return [{ level: "config", what, ...path, left: one?.value ?? null, right: other?.value ?? null }];
  });
}

interface Fact {
  /** The field, as Dockerfiles and engines call it. */
  readonly what: string;
  /** Of a variable, label, port or volume. */
  readonly name?: string;
  readonly value: string;
}

/** By a key that is the same on both sides. Unset fields are missing. */
export function describeConfig({ config, os, architecture }: ImageDetails): ReadonlyMap<string, Fact> {
  const { cmd, entrypoint, exposedPorts, labels, onBuild, stopSignal, user, volumes, workingDir } = config;
  const facts: Fact[] = [
    ...single("Architecture", `${os}/${architecture}`),
    ...list("Entrypoint", entrypoint),
    ...list("Cmd", cmd),
    ...single("User", user),
    // "" and "/" are the same folder to a container.
    ...single("WorkingDir", workingDir === "/" ? "" : workingDir),
    ...single("StopSignal", stopSignal ?? ""),
    ...describeHealthcheck(config),
    ...list("OnBuild", onBuild),
    ...config.env.map(readVariable),
    ...exposedPorts.map((name) => ({ what: "ExposedPorts", name, value: name })),
    ...volumes.map((name) => ({ what: "Volumes", name, value: name })),
    ...Object.entries(labels).map(([name, value]) => ({ what: "Labels", name, value })),
  ];
  return new Map(facts.map((fact) => [JSON.stringify([fact.what, fact.name]), fact]));
}

function single(what: string, value: string): readonly Fact[] {
  return value === "" ? [] : [{ what, value }];
}

function list(what: string, words: readonly string[]): readonly Fact[] {
  return words.length === 0 ? [] : [{ what, value: JSON.stringify(words) }];
}

function describeHealthcheck({ healthcheck, healthcheckOptions = {} }: ImageConfig): readonly Fact[] {
  const options = Object.entries(healthcheckOptions)
    .filter(([, value]) => value !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  if (healthcheck === undefined && options.length === 0) return [];
  return single("Healthcheck", [JSON.stringify(healthcheck ?? []), ...options].join(" "));
}

function readVariable(variable: string): Fact {
  const equals = variable.indexOf("=");
  const name = equals < 0 ? variable : variable.slice(0, equals);
  return { what: "Env", name, value: equals < 0 ? "" : variable.slice(equals + 1) };
}
