// Reads a compose file: its services in the form of sti's config, and a remark for every other part. Pure.
import { posix } from "node:path";
import { parseImageReference } from "@sti/core";
import { parse } from "yaml";
import { readCommand, readPorts, readVolumes } from "./compose-dev.ts";
import { readCheck } from "./compose-healthcheck.ts";
import { withDefaults } from "./compose-variables.ts";
import type { ComposeRun, ComposeService, DevSettings, Remark, WrittenBuild } from "./inspection.ts";
import { type JsonObject, listOf, objectOf, scalarOf } from "./json-values.ts";
import { readLabels, readPath, readVariables } from "./written-build.ts";

/** Adds the reason to the remarks of a service. */
export type Refuse = (reason: string) => void;

export interface ComposeContent {
  readonly services: readonly ComposeService[];
  readonly runs: readonly ComposeRun[];
  readonly remarks: readonly Remark[];
}

/** `file`: its name, for remarks. */
export function readCompose(text: string, file: string): ComposeContent {
  const remarks: Remark[] = [];
  let written: unknown;
  try {
    // Aliases are counted: a file cannot multiply itself without end.
    written = parse(text, { merge: true, maxAliasCount: 100, logLevel: "error" });
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    return { services: [], runs: [], remarks: [{ place: file, reason: `is not valid YAML: ${reason}` }] };
  }
  const content = objectOf(written);
  for (const key of ["include", "extends"]) {
    if (content[key] !== undefined) remarks.push({ place: file, reason: `${key}: other files are not read` });
  }
  const read = Object.entries(objectOf(content.services)).flatMap(([name, service]) => {
    const refuse = (reason: string) => remarks.push({ place: `${file}, ${name}`, reason });
    return readService(name, objectOf(service), { file, refuse }) ?? [];
  });
  const names = new Set(read.map(({ name }) => name));
  const known = read.map((service) => withKnown(service, names));
  return {
    services: known.filter((service) => "build" in service),
    runs: known.filter((service) => "image" in service),
    remarks,
  };
}

type Read = ComposeService | ComposeRun;

/** Without dependencies on services that are not taken over. */
function withKnown(service: Read, names: ReadonlySet<string>): Read {
  const dev = { ...service.dev, dependsOn: service.dev.dependsOn.filter((name) => names.has(name)) };
  return { ...service, dev };
}

function readService(
  name: string,
  service: JsonObject,
  { file, refuse }: { readonly file: string; readonly refuse: Refuse },
): Read | undefined {
  const isOnRequest = listOf(service.profiles).length > 0;
  if (isOnRequest)
    refuse("profiles: started on request only; with an entry in services, sti up would start it");
  if (service.build === undefined || service.build === null) {
    if (scalarOf(service.image) === undefined) {
      refuse("has neither build nor image");
      return undefined;
    }
    if (isOnRequest) return undefined;
    const image = readImage(service.image, refuse, { isBuilt: false });
    return image === undefined ? undefined : { name, file, image, dev: readDev(service, undefined, refuse) };
  }
  const build = readBuild(service, refuse);
  if (build === undefined) return undefined;
  return { name, file, build, isOnRequest, dev: readDev(service, build.context, refuse) };
}

/** `context`: the service's own source, which its image has. */
function readDev(service: JsonObject, context: string | undefined, refuse: Refuse): DevSettings {
  refuseOthers(service, refuse);
  const dev = {
    ports: readPorts(listOf(service.ports), refuse),
    env: readVariables(service.environment, "environment", refuse),
    command: readCommand(service.command, refuse, { isBuilt: context !== undefined }),
    volumes: readVolumes(listOf(service.volumes), context, refuse),
    check: readCheck(service.healthcheck, refuse),
    dependsOn: readDependencies(service.depends_on),
    aliases: readAliases(service),
  };
  const unset = Object.entries(dev.env).flatMap(([key, value]) =>
    typeof value === "object" && value.default === undefined ? [key] : [],
  );
  if (unset.length > 0)
    refuse(
      `environment: ${unset.join(", ")} must be in the environment of sti watch --run; .env is not read`,
    );
  return dev;
}

/** All containers of a watch are in one network. */
function readAliases({ hostname, networks }: JsonObject): readonly string[] {
  const names = Object.values(objectOf(networks)).flatMap((network) => listOf(objectOf(network).aliases));
  return [...new Set([hostname, ...names].flatMap((name) => scalarOf(name) ?? []))].filter((name) =>
    HOST_NAME.test(name),
  );
}

const HOST_NAME = /^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/i;

function readBuild(service: JsonObject, refuse: Refuse): WrittenBuild | undefined {
  const written = typeof service.build === "string" ? { context: service.build } : objectOf(service.build);
  const context = readPath(written.context ?? ".");
  if ("problem" in context) {
    refuse(`its build context ${context.problem}`);
    return undefined;
  }
  if (written.dockerfile_inline !== undefined) {
    refuse("dockerfile_inline: write the Dockerfile to a file of its own");
    return undefined;
  }
  const dockerfile = withDefaults(scalarOf(written.dockerfile) ?? "Dockerfile");
  if ("problem" in dockerfile) {
    refuse(`its dockerfile ${dockerfile.problem}`);
    return undefined;
  }
  const stage = withDefaults(scalarOf(written.target) ?? "");
  if ("problem" in stage) refuse(`build.target ${stage.problem}; the last stage is built`);
  for (const [key, hint] of Object.entries(BUILD_HINTS))
    if (written[key] !== undefined) refuse(`build.${key}: ${hint}`);
  const others = Object.keys(written).filter(
    (key) => !BUILD_KEYS.has(key) && !Object.hasOwn(BUILD_HINTS, key) && !key.startsWith("x-"),
  );
  for (const [key, value] of [
    ["context", written.context],
    ["dockerfile", written.dockerfile],
    ["target", written.target],
  ])
    noteDefaults(`build.${key}`, value, refuse);
  if (others.length > 0) refuse(`build.${others.join(", build.")}: no counterpart in an entry of images`);
  return {
    context: context.path,
    dockerfile: posix.normalize(dockerfile.text),
    stage: "text" in stage && stage.text !== "" ? stage.text : undefined,
    args: readVariables(written.args, "build.args", refuse),
    labels: readLabels(written.labels, refuse),
    tag: readImage(service.image, refuse, { isBuilt: true }),
    // Its order is that of containers.
    dependsOn: [],
  };
}

const BUILD_KEYS = new Set(["context", "dockerfile", "target", "args", "labels", "pull", "no_cache"]);

/** Keys whose counterpart has another form. */
const BUILD_HINTS = {
  additional_contexts: "name the tag of the other entry in FROM and COPY --from",
  network: "write it as network of the entry",
  secrets: "write it as secrets of the entry",
} as const;

/** Names a value in which variables were replaced by their defaults: docker compose may have others for them. */
function noteDefaults(key: string, value: unknown, refuse: Refuse): void {
  const written = scalarOf(value);
  const resolved = written === undefined ? undefined : withDefaults(written);
  if (resolved === undefined || !("text" in resolved) || resolved.text === written) return;
  refuse(`${key}: ${written} became ${JSON.stringify(resolved.text)}; the environment and .env are not read`);
}

function readImage(
  image: unknown,
  refuse: Refuse,
  { isBuilt }: { readonly isBuilt: boolean },
): string | undefined {
  const written = scalarOf(image);
  if (written === undefined) return undefined;
  noteDefaults("image", image, refuse);
  const resolved = withDefaults(written);
  if ("problem" in resolved) {
    refuse(`image: ${written} ${resolved.problem}`);
    return undefined;
  }
  const parsed = parseImageReference(resolved.text);
  if ("reference" in parsed && (!isBuilt || parsed.reference.digest === undefined)) return resolved.text;
  refuse(`image: ${written} is not a name ${isBuilt ? "that can be given to" : "of"} an image`);
  return undefined;
}

function readDependencies(written: unknown): readonly string[] {
  const names = Array.isArray(written) ? written : Object.keys(objectOf(written));
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

/** Keys that are read, or that need no counterpart. */
const READ = new Set([
  "build",
  "image",
  "ports",
  "environment",
  "command",
  "volumes",
  "depends_on",
  "expose",
  "container_name",
  "pull_policy",
  "healthcheck",
  "hostname",
  "networks",
  "profiles",
  // Containers that crash are started again.
  "restart",
]);

const COUNTERPARTS: Readonly<Record<string, string>> = {
  env_file: "name the variables in dev.env; envFile puts a file's variables into the image",
  entrypoint: "dev.command replaces the whole command",
  develop: "write its sync rules as dev.sync",
  extends: "the other service is not read",
  secrets: "name secrets that the build needs in secrets of the app",
};

function refuseOthers(service: JsonObject, refuse: Refuse): void {
  const others = Object.keys(service).filter((key) => !READ.has(key) && !key.startsWith("x-"));
  for (const key of others.filter((one) => Object.hasOwn(COUNTERPARTS, one))) {
    refuse(`${key}: ${COUNTERPARTS[key]}`);
  }
  const rest = others.filter((one) => !Object.hasOwn(COUNTERPARTS, one));
  if (rest.length > 0) refuse(`${rest.join(", ")}: no counterpart in sti`);
}
