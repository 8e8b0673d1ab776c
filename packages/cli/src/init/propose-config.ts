// Makes a config of an inspected folder: names, tags, builders and settings. Pure.
import { posix } from "node:path";
import { assignBuilders } from "./assign-builders.ts";
import { breakCycles, createNames, createTags, nameOf } from "./choose-names.ts";
import { type ChosenApp, type ChosenImage, chooseTargets } from "./choose-targets.ts";
import {
  describeApp,
  describeImage,
  describeRun,
  folderText,
  remarksOfApp,
  remarksOfImage,
  secretArgs,
} from "./describe-targets.ts";
import { ignoreTextOf, OWN_FILES } from "./ignore-text.ts";
import type { Inspection, Remark } from "./inspection.ts";
import { createContainerNames } from "./name-containers.ts";
import type {
  Proposal,
  ProposalOptions,
  ProposedApp,
  ProposedImage,
  ProposedService,
  TakenOver,
} from "./proposal.ts";
import { type DevOptions, proposeDev, proposeServiceDev } from "./propose-dev.ts";
import { BUILDERS, type BuilderPart } from "./recipes.ts";
import { remarksOfS2i } from "./remarks-of-s2i.ts";

export function proposeConfig(inspection: Inspection, options: ProposalOptions): Proposal {
  const chosen = chooseTargets(inspection, options);
  const prefix = nameOf(inspection.name) || "project";
  const takeName = createNames();
  const takeTag = createTags(prefix);
  const remarks: Remark[] = [...inspection.remarks, ...chosen.remarks];
  const named = {
    // First, for their names are host names.
    runs: inspection.runs.map((run) => ({ ...run, wanted: run.name, name: takeName(run.name) })),
    images: chosen.images.map((image) => ({ ...image, name: takeName(image.wanted || prefix) })),
    apps: chosen.apps.map((app) => ({ ...app, name: takeName(app.wanted || prefix) })),
  };
  const dependsOn = resolveDependencies(named);
  const containers = createContainerNames(named);
  const images: Record<string, ProposedImage> = {};
  const apps: Record<string, ProposedApp> = {};
  const services: Record<string, ProposedService> = {};
  const takenOver: TakenOver[] = [];
  const hostPorts = new Set<string>();
  const devOptions = (one: Named<{ readonly wanted: string }>, place: string): DevOptions => ({
    ...{ hostPorts, nameOf: (service) => containers.dependencyOf(one.name, service) },
    refuse: (reason) => remarks.push({ place, reason }),
    aliases: one.name === one.wanted ? [] : containers.aliasesOf(one),
  });
  for (const run of named.runs) {
    const place = `${run.file}, ${run.wanted}`;
    services[run.name] = { image: run.image, ...proposeServiceDev(run.dev, devOptions(run, place)) };
    takenOver.push(describeRun(run, run.name));
  }
  for (const image of named.images) {
    const tag = takeTag(image.build.tag, image.name);
    images[image.name] = proposeImage(image, tag, dependsOn(image.name));
    if (image.dev !== undefined) {
      const options = devOptions(image, image.origin ?? image.name);
      services[image.name] = { image: tag, ...proposeServiceDev(image.dev, options) };
    }
    takenOver.push(describeImage(image, image.name));
    remarks.push(...remarksOfImage(image, image.name));
  }
  const ownBuilders = named.images.filter(({ isBuilder }) => isBuilder).map(({ name }) => name);
  const builders = assignBuilders(ownBuilders, (part) => {
    const name = takeName(part.isRuntime ? `${part.builder}-runtime` : part.builder);
    images[name] = proposeBuilder(part, takeTag(undefined, name));
    return name;
  });
  const ignoreFiles = new Map<string, string>();
  const { choice } = options;
  const image = typeof choice === "object" && "image" in choice ? choice.image : undefined;
  const kind = typeof choice === "object" && "kind" in choice ? choice.kind : undefined;
  for (const app of named.apps) {
    const built = image === undefined ? builders.imagesFor(app, kind) : { buildImage: image };
    apps[app.name] = {
      ...proposeSource(app, inspection.ignoring, ignoreFiles),
      ...built,
      tag: takeTag(app.tag, app.name),
      // An s2i builder image reads them itself.
      ...(image === undefined ? envOf(app, inspection) : {}),
      ...orNothing("dependsOn", dependsOn(app.name)),
      ...withDev(app, devOptions(app, app.origin ?? app.name)),
    };
    const by = Object.values(built).map((one) =>
      typeof one === "string" ? one : images[one.target]?.context,
    );
    takenOver.push(describeApp(app, app.name, [...new Set(by)].join(" and ")));
    remarks.push(...remarksOfApp(app));
  }
  if (image === undefined)
    for (const source of inspection.s2iSources) remarks.push(...remarksOfS2i(source, options.s2iImages));
  return {
    config: {
      ...(options.hostTrust.length === 0 ? {} : { defaults: { hostTrust: true } }),
      images,
      services,
      apps,
    },
    hostTrust: options.hostTrust,
    builders: builders.made(),
    ignoreFiles: Object.fromEntries(ignoreFiles),
    takenOver,
    remarks: withoutRepeats(remarks),
    preparations: named.apps.flatMap(({ candidate, member }) =>
      candidate.missing.map((missing) => ({
        ...missing,
        folder: folderText(member === undefined ? candidate.path : ""),
      })),
    ),
  };
}

/** Variables of `.s2i/environment` are those of the script and of the result, as `env` is. */
function envOf({ candidate }: ChosenApp, { s2iSources }: Inspection): Pick<ProposedApp, "env"> {
  const env = s2iSources.find(({ path }) => path === candidate.path)?.env ?? {};
  return Object.keys(env).length === 0 ? {} : { env };
}

/** Several apps can have one source. */
function withoutRepeats(remarks: readonly Remark[]): readonly Remark[] {
  return [...new Map(remarks.map((remark) => [`${remark.place}\n${remark.reason}`, remark])).values()];
}

type Named<Chosen> = Chosen & { readonly name: string };

/** Names of the targets that a target depends on, by its name. */
function resolveDependencies(named: {
  readonly images: readonly Named<ChosenImage>[];
  readonly apps: readonly Named<ChosenApp>[];
}): (name: string) => readonly string[] {
  const targets = [
    ...named.images.map(({ build, name, wanted }) => ({ name, wanted, needs: build.dependsOn })),
    ...named.apps.map(({ dependsOn, name, wanted }) => ({ name, wanted, needs: dependsOn })),
  ];
  const byWanted = new Map(targets.map(({ name, wanted }) => [wanted, name]));
  const kept = breakCycles(
    new Map(targets.map(({ name, needs }) => [name, needs.flatMap((one) => byWanted.get(one) ?? [])])),
  );
  return (name) => kept.get(name) ?? [];
}

function proposeImage(image: ChosenImage, tag: string, dependsOn: readonly string[]): ProposedImage {
  const { args, context, dockerfile, labels, stage } = image.build;
  return {
    context: folderText(context),
    ...(dockerfile === "Dockerfile" ? {} : { dockerfile }),
    ...(stage === undefined ? {} : { stage }),
    ...(Object.keys(args).length === 0 ? {} : { args }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...orNothing("allowPlain", secretArgs(image)),
    ...orNothing("dependsOn", dependsOn),
    tag,
  };
}

/** The source, and the file or setting that leaves out files which are no part of it. */
function proposeSource(
  { candidate, member }: ChosenApp,
  ignoring: ReadonlySet<string>,
  ignoreFiles: Map<string, string>,
): Pick<ProposedApp, "source" | "ignore"> {
  const root = member === undefined ? candidate.path : "";
  const source = member === undefined ? folderText(root) : { workspace: member.name };
  const ownFiles = root === "" && member === undefined ? OWN_FILES : [];
  if (ignoring.has(root)) return { source, ...orNothing("ignore", ownFiles) };
  ignoreFiles.set(posix.join(root, ".stiignore"), ignoreTextOf(ownFiles));
  return { source };
}

function proposeBuilder({ builder, isRuntime }: BuilderPart, tag: string): ProposedImage {
  return { context: `./${BUILDERS}/${builder}`, ...(isRuntime ? { stage: "runtime" } : {}), tag };
}

function withDev(app: ChosenApp, options: DevOptions): Pick<ProposedApp, "dev"> {
  const dev = proposeDev(app, options);
  return dev === undefined ? {} : { dev };
}

function orNothing<Key extends string>(
  key: Key,
  values: readonly string[],
): Partial<Readonly<Record<Key, readonly string[]>>> {
  return (values.length === 0 ? {} : { [key]: values }) as Partial<Readonly<Record<Key, readonly string[]>>>;
}
