// `sti validate IMAGE`: does an image fulfil the contract of build and runtime images? Each point is checked and
// printed.

import { styleText } from "node:util";
import {
  declaredInputs,
  foreignProgram,
  formatSessionId,
  type ImageFacts,
  INPUT_FILES_LABEL,
  INPUTS_LABEL,
  inputFilesOf,
  parseImageReference,
  type RefusedVolumes,
  refuseVolumes,
  type ScriptFact,
  surveyImage,
} from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import { obtainImage } from "../engine/obtain-image.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";

export interface ValidateOptions extends ProjectFlags {
  /** Apply the requirements for a runtime image of an extended build. */
  readonly runtime?: boolean;
  /** Ask for save-artifacts too. */
  readonly incremental?: boolean;
  readonly scripts?: string;
}

/** One point of the contract. */
interface Point {
  readonly verdict: "yes" | "no" | "note";
  readonly text: string;
  /** Suggested fix. */
  readonly hint?: string;
}

/** Resolves to the exit code: 1 when the image falls short. */
export async function runValidate(
  image: string,
  options: ValidateOptions,
  context: CommandContext,
): Promise<number> {
  const parsed = parseImageReference(image);
  if ("problem" in parsed) {
    context.stderr.write(`sti: ${image} is not an image reference: it ${parsed.problem}\n`);
    return 2;
  }
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts } = connected.value;
  const obtained = await obtainImage(engine, parsed.reference, { image, signal: context.signal });
  if (!obtained.ok) return reportFailures(obtained.failures, context);
  const scripts = (options.scripts ?? "/usr/bin").replace(/\/+$/, "");
  const survey = { scripts, containerName: `${formatSessionId(currentOwner())}-1` };
  const known = await surveyImage(engine, obtained.value, survey, { signal: context.signal });
  const points = checkPoints(known, {
    incremental: options.incremental === true,
    isRuntime: options.runtime === true,
    architecture: facts.engine?.architecture,
  });
  const falls = points.filter((point) => point.verdict === "no").length;
  const role = options.runtime === true ? "runtime image" : "build image";
  if (options.quiet !== true || falls > 0) {
    const style = (format: Parameters<typeof styleText>[0], text: string) =>
      styleText(format, text, { stream: context.stdout });
    const mark = { yes: style("green", "✔"), no: style("red", "✖"), note: style("yellow", "!") };
    const lines = points.map(({ verdict, text, hint }) =>
      [`${mark[verdict]} ${text}`, ...(hint === undefined ? [] : [`    ${hint}`])].join("\n"),
    );
    const verdict =
      falls === 0
        ? `${image} can be a ${role}`
        : `${image} cannot be a ${role}: ${falls} ${falls === 1 ? "point fails" : "points fail"}`;
    context.stdout.write(`${[...lines, "", verdict].join("\n")}\n`);
  }
  return falls === 0 ? 0 : 1;
}

function checkPoints(
  facts: ImageFacts,
  demand: {
    readonly incremental: boolean;
    readonly isRuntime: boolean;
    /** Of the engine. */
    readonly architecture: string | undefined;
  },
): readonly Point[] {
  const { config, architecture } = facts.details;
  const { contract } = facts;
  const paths = contract.scripts;
  const here = demand.architecture ?? architecture;
  return [
    architecture === here
      ? { verdict: "yes", text: `it is made for ${architecture}, as the engine is` }
      : {
          verdict: "no",
          text: `it is made for ${architecture}, the engine is ${here}`,
          hint: `build or pull it for ${here}`,
        },
    ...contractPoints(facts, demand),
    ...dependencyPoints(facts, paths["prepare-dependencies"], here),
    demand.isRuntime
      ? scriptPoint(paths["prepare-runtime"], facts.scripts["prepare-runtime"] ?? facts.scripts.prepare, here)
      : scriptPoint(paths.prepare, facts.scripts.prepare, here),
    scriptPoint(paths.run, facts.scripts.run, here),
    demand.incremental
      ? scriptPoint(paths["save-artifacts"], facts.scripts["save-artifacts"], here)
      : optionalPoint(paths["save-artifacts"], facts.scripts["save-artifacts"], here),
    facts.shell
      ? { verdict: "yes", text: "/bin/sh is there, which gives the scripts their build-only variables" }
      : {
          verdict: "no",
          text: "/bin/sh is missing",
          hint: "sti starts the scripts through it; add a POSIX shell",
        },
    facts.owner === undefined
      ? {
          verdict: "no",
          text: `its user ${config.user} is not in its own /etc/passwd`,
          hint: "create the user, or name it by number",
        }
      : { verdict: "yes", text: `its scripts run as uid ${facts.owner.uid}, gid ${facts.owner.gid}` },
    config.onBuild.length === 0
      ? { verdict: "yes", text: "it has no ONBUILD triggers" }
      : {
          verdict: "no",
          text: `it has ONBUILD triggers: ${config.onBuild.join("; ")}`,
          hint: "the container method could not run them; do that work in prepare",
        },
    ...refuseVolumes(config.volumes, "container", facts.contract).map(volumePoint),
    ...(config.entrypoint.length === 0 || contract.keepsEntrypoint
      ? []
      : [
          {
            verdict: "note",
            text: `its entrypoint ${JSON.stringify(config.entrypoint)} is not kept`,
          } as const,
        ]),
  ];
}

/** An image with a contract of its own is named as such. */
function contractPoints(
  { contract, details }: ImageFacts,
  { isRuntime }: { readonly isRuntime: boolean },
): readonly Point[] {
  if (contract.kind === "sti") return [];
  if (contract.refusedScripts !== undefined) {
    return [
      {
        verdict: "no",
        text: `its ${contract.kind} scripts are at ${contract.refusedScripts}, not in the image`,
        hint: "sti downloads no programs: put the scripts into an image and set its label to image://FOLDER",
      },
    ];
  }
  const text = `it is an ${contract.kind} builder image with its scripts in ${contract.folders.scripts}`;
  const found: Point = { verdict: "yes", text };
  if (!isRuntime) return [found];
  const inputs = inputFilesOf(details.config).map(({ from }) => from);
  return [
    found,
    inputs.length > 0
      ? { verdict: "yes", text: `it takes ${inputs.join(", ")} from the build image` }
      : { verdict: "note", text: `it has no label ${INPUT_FILES_LABEL}, which builds on s2i images need` },
  ];
}

/** `here`: the engine's architecture. */
function scriptPoint(path: string, fact: ScriptFact, here: string): Point {
  switch (fact.state) {
    case "present": {
      const foreign = foreignProgram(fact, here);
      if (foreign === undefined) return { verdict: "yes", text: `${path} is there and can start` };
      const { architecture, engineArchitecture, program } = foreign;
      const what = program === path ? "" : `run by ${program}, which is `;
      return {
        verdict: "no",
        text: `${path} is ${what}a program for ${architecture}, the engine runs ${engineArchitecture}`,
        hint: `build it for ${engineArchitecture}`,
      };
    }
    case "missing":
      return {
        verdict: "no",
        text: `${path} is missing`,
        hint: "see docs/build-image.md",
      };
    case "not-executable":
      return { verdict: "no", text: `${path} is not executable`, hint: "chmod +x it" };
    case "interpreter-missing":
      return fact.carriageReturn
        ? {
            verdict: "no",
            text: `the first line of ${path} ends in CR LF`,
            hint: "save it with LF line ends",
          }
        : { verdict: "no", text: `${path} needs ${fact.interpreter}, which is not in the image` };
    default:
      return fact satisfies never;
  }
}

function volumePoint({ problem, volumes }: RefusedVolumes): Point {
  const text = `it declares volumes: ${volumes.join(", ")}`;
  return problem === "in-the-way"
    ? { verdict: "no", text, hint: "a build has its own folders or scripts there; remove VOLUME" }
    : {
        verdict: "note",
        text,
        hint: "the container method refuses it, because files that prepare writes there would be lost",
      };
}

/** Nothing for an image without dependency layers. */
function dependencyPoints(facts: ImageFacts, path: string, here: string): readonly Point[] {
  const fact = facts.scripts["prepare-dependencies"];
  const inputs = declaredInputs(facts);
  const reads = `${INPUTS_LABEL}="${inputs.join(" ")}"`;
  if (fact.state === "missing") {
    return inputs.length === 0
      ? []
      : [{ verdict: "no", text: `${path} is missing`, hint: `its label ${reads} has no effect without it` }];
  }
  return [
    scriptPoint(path, fact, here),
    inputs.length > 0
      ? { verdict: "yes", text: `dependency layers are made from ${inputs.join(" ")}` }
      : {
          verdict: "note",
          text: `it has no label ${INPUTS_LABEL}, so an app gets a dependency layer only with dependencies.inputs`,
        },
  ];
}

function optionalPoint(path: string, fact: ScriptFact, here: string): Point {
  if (fact.state === "missing")
    return { verdict: "note", text: `${path} is missing, so no build gets artifacts of the previous image` };
  return scriptPoint(path, fact, here);
}
