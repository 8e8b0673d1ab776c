// Decides for each folder of an inspection whether it becomes an app, an image or no target. Pure. Names, tags and the
// form of the config are the business of propose-config.ts.
import { posix } from "node:path";
import type {
  Candidate,
  DevSettings,
  DockerfileFacts,
  Inspection,
  Remark,
  WorkspaceMember,
  WrittenBuild,
} from "./inspection.ts";
import type { BuilderChoice, ProposalOptions } from "./proposal.ts";
import { isAvailable } from "./recipes.ts";

export interface ChosenApp {
  readonly wanted: string;
  readonly candidate: Candidate;
  readonly member: WorkspaceMember | undefined;
  /** Settings from the compose file; undefined without one. */
  readonly dev: DevSettings | undefined;
  readonly tag: string | undefined;
  /** Names of services. */
  readonly dependsOn: readonly string[];
  /** Service of the compose file, or target of the bake file. */
  readonly origin: string | undefined;
  /** The app's Dockerfile, which a builder replaces. */
  readonly dockerfile: DockerfileFacts | undefined;
}

export interface ChosenImage {
  readonly wanted: string;
  readonly build: WrittenBuild;
  readonly isBuilder: boolean;
  /** Settings of its service in the compose file; undefined: it is not run. */
  readonly dev: DevSettings | undefined;
  readonly origin: string | undefined;
}

export interface ChosenTargets {
  readonly apps: readonly ChosenApp[];
  readonly images: readonly ChosenImage[];
  readonly remarks: readonly Remark[];
}

interface Wish {
  readonly name: string;
  readonly build: WrittenBuild;
  readonly dev: DevSettings | undefined;
  /** It is not started with the others. Default: false. */
  readonly isOnRequest?: boolean;
  readonly origin: string | undefined;
  /** Whether the Dockerfile counts even if a builder could build the folder. */
  readonly keepsDockerfile: boolean;
}

export function chooseTargets(inspection: Inspection, { choice, kinds }: ProposalOptions): ChosenTargets {
  const { candidates, dockerfiles, members } = inspection;
  const apps: ChosenApp[] = [];
  const images: ChosenImage[] = [];
  const remarks: Remark[] = [];
  const byPlace = new Map(dockerfiles.map((file) => [posix.join(file.path, file.file), file]));
  const memberAt = new Map(members.map((member) => [member.path, member]));
  const builders = dockerfiles.filter(({ isBuilder }) => isBuilder);
  const used = new Set<string>();

  for (const { file, path } of builders) {
    const build = { ...NO_BUILD, context: path, dockerfile: file };
    images.push({ wanted: posix.basename(path), build, isBuilder: true, dev: undefined, origin: undefined });
    used.add(posix.join(path, file));
  }
  const wishes: readonly Wish[] = [
    ...inspection.services.map(({ build, dev, file, isOnRequest, name }) => ({
      ...{ name, build, dev, isOnRequest, origin: `${file}, ${name}`, keepsDockerfile: false },
    })),
    ...inspection.bakeTargets.map(({ build, file, name }) => ({
      ...{ name, build, dev: undefined, origin: `${file}, ${name}`, keepsDockerfile: choice === undefined },
    })),
  ];
  const taken = new Set<string>();
  for (const wish of wishes) {
    // A compose file and a bake file often describe the same builds.
    if (taken.has(wish.name)) continue;
    taken.add(wish.name);
    choose(wish);
  }
  for (const [place, { file, path }] of byPlace) {
    if (used.has(place) || builders.some((builder) => isBelow(path, builder.path))) continue;
    const name = memberAt.get(path)?.name ?? folderName(path);
    const build = { ...NO_BUILD, context: path, dockerfile: file };
    choose({ name, build, dev: undefined, origin: undefined, keepsDockerfile: false });
  }
  addOthers();
  if (isForAll(choice) && apps.length === 0) addApp({ ...NO_APP, path: "" });
  return { apps, images, remarks };

  function choose({ build, dev, isOnRequest = false, keepsDockerfile, name, origin }: Wish): void {
    const place = posix.join(build.context, build.dockerfile);
    const dockerfile = byPlace.get(place);
    used.add(place);
    const candidate = keepsDockerfile ? undefined : findCandidate(build, dockerfile !== undefined);
    if (candidate !== undefined) {
      const member = memberAt.get(candidate.path);
      const { dependsOn, tag } = build;
      apps.push({ wanted: name, candidate, member, dev, tag, dependsOn, origin, dockerfile });
      used.add(candidate.path);
      return;
    }
    if (dockerfile === undefined) {
      remarks.push({
        place: origin ?? place,
        reason: `there is no ${place}, and no app that a builder can build`,
      });
      return;
    }
    images.push({ wanted: name, build, isBuilder: false, dev: isOnRequest ? undefined : dev, origin });
    used.add(build.context).add(dockerfile.path);
  }

  /** The app of a build: in its context, or beside its Dockerfile. */
  function findCandidate(
    { context, dockerfile }: WrittenBuild,
    hasDockerfile: boolean,
  ): Candidate | undefined {
    if (choice === "dockerfile" && hasDockerfile) return undefined;
    const places = [context, folderOf(posix.join(context, dockerfile))];
    const found = candidates.find((one) => places.includes(one.path) && isBuildable(one));
    if (found !== undefined && (choice !== undefined || !hasDockerfile || found.missing.length === 0))
      return found;
    return isForAll(choice) ? { ...NO_APP, path: context } : undefined;
  }

  function addApp(candidate: Candidate): void {
    const member = memberAt.get(candidate.path);
    const wanted = member?.name ?? folderName(candidate.path);
    const none = { dev: undefined, tag: undefined, dependsOn: [], origin: undefined, dockerfile: undefined };
    apps.push({ wanted, candidate, member, ...none });
  }

  function addOthers(): void {
    const libraries: string[] = [];
    const isPart = (path: string) =>
      apps.some(
        (app) => app.member === undefined && path !== app.candidate.path && isBelow(path, app.candidate.path),
      );
    for (const candidate of candidates) {
      const { details, path, start } = candidate;
      const member = memberAt.get(path);
      const place = path === "" ? "." : `./${path}`;
      if (used.has(path) || builders.some((builder) => isBelow(path, builder.path))) continue;
      if (member === undefined && isPart(path)) {
        remarks.push({ place, reason: "is in the folder of another app, and part of its source" });
      } else if (isBuildable(candidate)) {
        const wanted = member?.name ?? folderName(path);
        const none = {
          dev: undefined,
          tag: undefined,
          dependsOn: [],
          origin: undefined,
          dockerfile: undefined,
        };
        apps.push({ wanted, candidate, member, ...none });
      } else if (member !== undefined) {
        libraries.push(member.name);
      } else if (start === undefined && candidate.kind !== undefined) {
        remarks.push({
          place,
          reason: `${details.join(", ")}: nothing starts it; ${START_HINTS[candidate.kind]}`,
        });
      } else {
        const reason = `${details.join(", ")}: no builder of sti can build it; add a Dockerfile, or write a build image`;
        remarks.push({ place, reason });
      }
    }
    if (libraries.length > 0)
      remarks.push({
        place: libraries.join(", "),
        reason: "without a start script: libraries, which come with the apps",
      });
  }

  function isBuildable({ kind, start }: Candidate): boolean {
    return isForAll(choice) || (kind !== undefined && isAvailable(kind, kinds) && start !== undefined);
  }
}

const START_HINTS = {
  node: "add a start script to package.json, or a Procfile",
  static: "add an index.html",
  site: "add a build script to package.json",
  python: "add a Procfile, app.py or main.py",
  go: "it has no package main",
  shell: "add run.sh or a Procfile",
} as const;

const NO_BUILD: Omit<WrittenBuild, "context" | "dockerfile"> = {
  stage: undefined,
  args: {},
  labels: {},
  tag: undefined,
  dependsOn: [],
};

/** A folder that only the chosen builder knows how to build. */
const NO_APP: Omit<Candidate, "path"> = {
  kind: undefined,
  name: undefined,
  start: undefined,
  details: [],
  missing: [],
  port: undefined,
};

function isForAll(choice: BuilderChoice): boolean {
  return typeof choice === "object";
}

/** Folders that are called so in every project. */
const GENERIC = new Set(["src", "app", "source", "docker", "code"]);

/** The last part of a path that distinguishes it; "" for the inspected folder. */
function folderName(path: string): string {
  const parts = path.split("/");
  return parts.findLast((part) => !GENERIC.has(part)) ?? posix.basename(path);
}

function folderOf(place: string): string {
  const folder = posix.dirname(place);
  return folder === "." ? "" : folder;
}

function isBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
