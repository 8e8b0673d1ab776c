// The parts of a source that change the contract of its build image: scripts that replace those of the image, and
// variables of the result. Pure.

import type { AppTarget } from "../definition/target.ts";
import { refusePlain } from "../definition/variables.ts";
import type { Failure } from "../failure/failure.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { BuilderContract, ContractScript } from "./builder-contract.ts";
import type { ImageFacts, ScriptFact } from "./facts.ts";

/** A script of the source and its place in a container, where it is started. */
export interface Override {
  /** In the source. */
  readonly from: string;
  readonly to: string;
}

type Overrides = Readonly<Partial<Record<ContractScript, Override>>>;

const ROLES: readonly ContractScript[] = ["prepare", "prepare-runtime", "run", "save-artifacts"];
/** Folders of scripts that some contract reads. */
const SCRIPT_FOLDERS: readonly string[] = [".s2i/bin"];

/** The scripts of a source that replace those of an image. The same before and after `withSource`. */
export function findOverrides(contract: BuilderContract, snapshot: SourceSnapshot): Overrides {
  const { folders, scripts, sourceScripts } = contract;
  if (sourceScripts === undefined) return {};
  const files = new Set(snapshot.entries.flatMap((entry) => (entry.kind === "file" ? [entry.path] : [])));
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const name = scripts[role].slice(scripts[role].lastIndexOf("/") + 1);
      const from = `${sourceScripts}/${name}`;
      return files.has(from) ? [[role, { from, to: `${folders.destination}/scripts/${name}` }]] : [];
    }),
  );
}

/** An image as one source sees it: its own scripts are replaced by those of the source. */
export function withSource(facts: ImageFacts, snapshot: SourceSnapshot): ImageFacts {
  const overrides = Object.entries(findOverrides(facts.contract, snapshot));
  if (overrides.length === 0) return facts;
  const broken = new Map(snapshot.brokenScripts?.map(({ interpreter, path }) => [path, interpreter]));
  const present = overrides.map(([role, { from }]) => [role, stateOf(from, broken.get(from))]);
  const paths = overrides.map(([role, { to }]) => [role, to]);
  return {
    ...facts,
    scripts: { ...facts.scripts, ...Object.fromEntries(present) },
    contract: { ...facts.contract, scripts: { ...facts.contract.scripts, ...Object.fromEntries(paths) } },
  };
}

/** `interpreter`: of a script that the kernel cannot start for the CR behind it. */
function stateOf(source: string, interpreter: string | undefined): ScriptFact {
  if (interpreter === undefined) return { state: "present" };
  return { state: "interpreter-missing", interpreter, carriageReturn: true, source };
}

/** The variables in a source's own file; none unless one of the app's images reads it. */
export function sourceVariables(
  contracts: readonly (BuilderContract | undefined)[],
  { variablesText }: Pick<SourceSnapshot, "variablesText">,
): Readonly<Record<string, string>> {
  if (variablesText === undefined || contracts.every((contract) => contract?.sourceEnv === undefined))
    return {};
  return parseVariables(variablesText);
}

/** Lines "NAME=value" of `.s2i/environment`; a value is text without quotes or references. */
export function parseVariables(text: string): Readonly<Record<string, string>> {
  const variables = text.split(/\r?\n/).flatMap((line) => {
    const equals = line.indexOf("=");
    if (line.startsWith("#") || equals < 1) return [];
    return [[line.slice(0, equals).trim(), line.slice(equals + 1).trim()] as const];
  });
  return Object.fromEntries(variables.filter(([name]) => name !== ""));
}

/** The app with the variables of its source: those of the config win. */
export function withVariables(
  target: AppTarget,
  contracts: readonly (BuilderContract | undefined)[],
  snapshot: SourceSnapshot,
): AppTarget {
  const variables = sourceVariables(contracts, snapshot);
  return Object.keys(variables).length === 0 ? target : { ...target, env: { ...variables, ...target.env } };
}

/** Variables of the source that look like secrets: everybody who has the image could read them. */
export function refuseSecrets(
  target: AppTarget,
  contracts: readonly (BuilderContract | undefined)[],
  snapshot: SourceSnapshot,
): readonly Failure[] {
  const file = contracts.find((contract) => contract?.sourceEnv !== undefined)?.sourceEnv;
  return Object.keys(sourceVariables(contracts, snapshot)).flatMap((name): readonly Failure[] => {
    const problem = refusePlain(name, target.allowPlain ?? []);
    if (problem === undefined || Object.hasOwn(target.env, name)) return [];
    return [
      { code: "config-invalid", path: [...target.path, "source"], message: `has ${file}, which ${problem}` },
    ];
  });
}

/** A note on scripts in the source that no image of the app reads. */
export function noteUnusedScripts(
  images: readonly { readonly short: string; readonly contract: BuilderContract | undefined }[],
  { entries }: SourceSnapshot,
): readonly string[] {
  const [first] = images;
  if (first?.contract === undefined || images.some(({ contract }) => contract?.sourceScripts !== undefined)) {
    return [];
  }
  return SCRIPT_FOLDERS.filter((folder) => entries.some(({ path }) => path.startsWith(`${folder}/`))).map(
    (folder) => `the scripts in ${folder} are not used: ${first.short} is no s2i builder image`,
  );
}
