// Owns what differs between the engines that speak Docker's API, as far as sti has to know: who it is, how it stores
// images, and what it cannot do. Read from two answers: /version and /info.
import type { EngineDescription } from "@sti/core";
import { asObject, asObjects, asText, asTexts, type Json } from "./json-fields.ts";

export type Dialect = Pick<
  EngineDescription,
  | "asksRegistryForBases"
  | "buildsWithSecrets"
  | "commitsExactly"
  | "discardedLimits"
  | "endsBuilds"
  | "id"
  | "imageStore"
  | "insecureRegistries"
  | "listsCaches"
  | "overlays"
  | "product"
  | "rootless"
  | "takesNetwork"
>;

export function readDialect(version: Json | undefined, info: Json | undefined): Dialect {
  const components = asObjects(version?.Components).map(({ Name }) => asText(Name));
  const isPodman = components.some((name) => /^podman\b/i.test(name));
  const isDocker = components.includes("Engine");
  const options = asTexts(info?.SecurityOptions);
  const has = (name: string) => options.some((option) => new RegExp(`^name=${name}(?:,|$)`).test(option));
  const driver = asText(info?.Driver);
  const status = JSON.stringify(info?.DriverStatus ?? []);
  const isContainerd = /io\.containerd\.snapshotter/.test(status);
  const id = asText(info?.ID);
  return {
    product: isPodman ? "Podman" : isDocker ? "Docker Engine" : (components[0] ?? "an engine"),
    imageStore: isContainerd ? "containerd" : driver || "unknown",
    ...insecureRegistries(info),
    rootless: has("rootless") || info?.Rootless === true,
    // Podman makes up another one for each answer.
    ...(id === "" || isPodman ? {} : { id }),
    // The machine's own root, too: elsewhere the kernel keeps what an overlay needs from the engine, or gives its files
    // other labels.
    overlays: isDocker && !has("rootless") && !has("userns") && !has("selinux"),
    // An upload into a container of Podman that never ran goes below its mount points and into the commit, to whose
    // config it adds variables, volumes and labels besides.
    commitsExactly: !isPodman,
    // Its builder takes them from files of the context only.
    buildsWithSecrets: !isPodman,
    // Podman keeps them in one folder, and removes them all or none.
    listsCaches: !isPodman,
    ...(isPodman ? { takesNetwork: hasStepNetworks(version) ? "of-step" : "none" } : {}),
    // With the store of its own, Docker takes the engine's image.
    asksRegistryForBases: isDocker && isContainerd,
    ...discardedLimits(info),
    // Its builder notices that the caller is gone when a step has ended, and lets a RUN go on.
    endsBuilds: !isPodman,
  };
}

/** Docker lists such registries by their names. Networks of them, which it lists as well, are not read. */
function insecureRegistries(info: Json | undefined): Pick<Dialect, "insecureRegistries"> {
  const known = Object.values(asObject(asObject(info?.RegistryConfig).IndexConfigs)).map(asObject);
  const insecure = known.filter(({ Secure }) => Secure === false).map(({ Name }) => asText(Name));
  return insecure.length === 0 ? {} : { insecureRegistries: insecure };
}

/** Podman's builder ignores the network of a build; from 4.4 on it has `RUN --network`. */
function hasStepNetworks(version: Json | undefined): boolean {
  const [major = 0, minor = 0] = asText(version?.Version).split(".").map(Number);
  return major > 4 || (major === 4 && minor >= 4);
}

/** Docker creates the container all the same, and mentions it in a warning only. */
function discardedLimits(info: Json | undefined): Pick<EngineDescription, "discardedLimits"> {
  const discarded = [
    ...(info?.CpuCfsQuota === false ? (["cpus"] as const) : []),
    ...(info?.MemoryLimit === false ? (["memory"] as const) : []),
  ];
  return discarded.length === 0 ? {} : { discardedLimits: discarded };
}
