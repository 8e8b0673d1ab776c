// The identity of an image: one value for equal images on every engine, in either image store and in a registry. Ids
// cannot be that: they are digests of an engine's own description of the image.
import { createHash } from "node:crypto";
import type { ImageConfig } from "../engine/image.ts";
import { LABEL } from "./labels.ts";

/** The part of an image that a build on top of it, or a container of it, can depend on. */
export interface IdentifiedImage {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  /** Digests of the uncompressed layers, base first. */
  readonly layers: readonly string[];
  readonly config: ImageConfig;
}

/** Labels that name the time, the commit or the base of a build, and so may differ between equal images. */
const OF_THE_BUILD =
  /^org\.(?:opencontainers\.image\.(?:created|revision|base\.(?:name|digest))|label-schema\.(?:build-date|vcs-ref))$/;
/** Those that sti writes. Others that begin like them are settings of builders. */
const WRITTEN: ReadonlySet<string> = new Set(Object.values(LABEL));

/** "sha256:…" over the platform, the layers and the config, without labels that tell nothing but how it was built. */
export function imageIdentity(image: IdentifiedImage): string {
  const { architecture, config, layers, os, variant = "" } = image;
  const { exposedPorts, healthcheck, healthcheckOptions, labels, volumes } = config;
  const canonical = [
    os,
    architecture,
    variant,
    layers,
    config.env,
    config.user,
    config.workingDir,
    config.entrypoint,
    config.cmd,
    config.onBuild,
    config.shell ?? [],
    config.stopSignal ?? "",
    config.stopTimeout ?? null,
    [...exposedPorts].sort(),
    [...volumes].sort(),
    healthcheck ?? [],
    sortedEntries(healthcheckOptions ?? {}),
    sortedEntries(labels).filter(([name]) => !WRITTEN.has(name) && !OF_THE_BUILD.test(name)),
  ];
  return `sha256:${createHash("sha256").update(JSON.stringify(canonical)).digest("hex")}`;
}

function sortedEntries<Value>(
  record: Readonly<Record<string, Value>>,
): readonly (readonly [string, Value])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
