// Facts and remarks about chosen targets, for people. Pure.
import { posix } from "node:path";
import { refusePlain } from "@sti/core";
import type { ChosenApp, ChosenImage } from "./choose-targets.ts";
import type { ComposeRun, Remark } from "./inspection.ts";
import type { TakenOver } from "./proposal.ts";

/** `builder`: folder or reference of the build image. */
export function describeApp(app: ChosenApp, name: string, builder: string): TakenOver {
  const { candidate, member, origin } = app;
  return {
    name,
    kind: "app",
    place: folderText(candidate.path),
    facts: [
      ...(origin === undefined ? [] : [origin]),
      ...(member === undefined ? [] : [`package ${member.name}`]),
      ...candidate.details,
      ...(candidate.start === undefined ? [] : [`starts with ${candidate.start}`]),
      `built by ${builder}`,
    ],
  };
}

export function describeImage({ build, isBuilder, origin }: ChosenImage, name: string): TakenOver {
  const args = Object.keys(build.args);
  return {
    name,
    kind: "image",
    place: folderText(posix.join(build.context, build.dockerfile)),
    facts: [
      ...(origin === undefined ? [] : [origin]),
      ...(build.stage === undefined ? [] : [`stage ${build.stage}`]),
      ...(args.length === 0 ? [] : [`args ${args.join(", ")}`]),
      ...(isBuilder ? ["a build image: it has prepare"] : []),
    ],
  };
}

export function describeRun({ file, image, name: wanted }: ComposeRun, name: string): TakenOver {
  return { name, kind: "service", place: image, facts: [`${file}, ${wanted}`] };
}

/** Parts of an app that its builder does not take over. */
export function remarksOfApp({ dockerfile }: ChosenApp): readonly Remark[] {
  if (dockerfile === undefined) return [];
  const place = posix.join(dockerfile.path, dockerfile.file);
  return [{ place, reason: "a builder replaces it; sti init --builder dockerfile keeps it" }];
}

/** Parts of an image that the user should know of. */
export function remarksOfImage(image: ChosenImage, name: string): readonly Remark[] {
  const args = secretArgs(image);
  if (args.length === 0) return [];
  const reason = `build arguments are readable in the image's history, as before: ${args.join(", ")} (allowPlain)`;
  return [{ place: image.origin ?? name, reason }];
}

/** Build arguments whose names look like secrets; a config refuses them unless they are listed in `allowPlain`. */
export function secretArgs({ build }: ChosenImage): readonly string[] {
  return Object.keys(build.args).filter((name) => refusePlain(name, [], "args") !== undefined);
}

/** A place as a config has it: "." or "./PATH". */
export function folderText(path: string): string {
  return path === "" || path === "." ? "." : `./${path}`;
}
