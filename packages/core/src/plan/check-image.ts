// Whether an image meets a target's demands: the contract of build and runtime images. Pure.
import type { AppTarget } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { Owner } from "../source/source.ts";
import type { ContractScript } from "./builder-contract.ts";
import type { ImageFacts, ScriptFact } from "./facts.ts";
import { findOwner } from "./find-owner.ts";
import { foreignProgram } from "./foreign-program.ts";
import { refuseVolumes } from "./refuse-volumes.ts";

/** The scripts that a build may need. */
export type NeededScript = Exclude<ContractScript, "usage">;

/** A target's demands on one of its images. */
export interface ImageDemand {
  readonly target: AppTarget;
  /** The place in the config that names the image. */
  readonly path: ConfigPath;
  /** For people. */
  readonly image: string;
  /** Who prepares in place of the image's own user. */
  readonly user: string | undefined;
  readonly scripts: readonly NeededScript[];
  readonly engine: EngineDescription | undefined;
}

/** All unmet demands; empty if the image meets them. */
export function checkImage(facts: ImageFacts, demand: ImageDemand): readonly Failure[] {
  const { target, path, image, engine } = demand;
  const place = { target: target.name, path, image };
  const { config, architecture } = facts.details;
  const { refusedScripts } = facts.contract;
  // Its scripts cannot be looked for.
  if (refusedScripts !== undefined) return [{ code: "image-scripts-url", ...place, url: refusedScripts }];
  const failures: Failure[] = demand.scripts.flatMap((name) => checkScript(facts, name, demand));

  if (engine !== undefined && architecture !== "" && architecture !== engine.architecture) {
    failures.push({
      code: "image-architecture",
      ...place,
      architecture,
      engineArchitecture: engine.architecture,
    });
  }
  if (config.onBuild.length > 0) {
    failures.push({ code: "image-onbuild", ...place, triggers: config.onBuild });
  }
  for (const refused of refuseVolumes(config.volumes, target.method, facts.contract)) {
    failures.push({ code: "image-volume", ...place, ...refused });
  }
  if (!facts.shell) {
    failures.push({
      code: "image-shell-missing",
      ...place,
      needs: "variables that exist for the build only",
    });
  }
  if (facts.owner === undefined) {
    failures.push({ code: "image-user-unknown", ...place, user: config.user });
  }
  return [...failures, ...checkUsers(facts, demand)];
}

/** The user that prepares an image, in place of its own if one is named; undefined when the image does not know the user. */
export function runnerOf(facts: ImageFacts, user: string | undefined): Owner | undefined {
  return user === undefined ? facts.owner : findOwner(user, facts.accounts);
}

/** The image's own user, who will run the result, and the one who runs prepare. */
function checkUsers(facts: ImageFacts, { image, path, target, user }: ImageDemand): readonly Failure[] {
  const { allowedUids } = target.limits;
  const ofUser = {
    target: target.name,
    path: target.limits.user === undefined ? path : [...target.path, "user"],
    image,
  };
  const runner = runnerOf(facts, user);
  const unknown: readonly Failure[] =
    user !== undefined && runner === undefined ? [{ code: "image-user-unknown", ...ofUser, user }] : [];
  if (allowedUids === undefined) return unknown;
  const isAllowed = ({ uid }: Owner) => allowedUids.some(([first, last]) => first <= uid && uid <= last);
  const refuse = (owner: Owner | undefined, at: ConfigPath): readonly Failure[] => {
    if (owner === undefined || isAllowed(owner)) return [];
    const place = { target: target.name, path: at, image };
    return [{ code: "user-not-allowed", ...place, uid: owner.uid, allowed: allowedUids }];
  };
  const ofRunner = user === undefined ? [] : refuse(runner, ofUser.path);
  return [...unknown, ...refuse(facts.owner, path), ...ofRunner];
}

/** A contract without a script of its own for it prepares a runtime image like a build image. */
function scriptFact({ scripts }: ImageFacts, name: NeededScript): ScriptFact {
  if (name === "prepare-runtime") return scripts[name] ?? scripts.prepare;
  return scripts[name];
}

function checkScript(facts: ImageFacts, name: NeededScript, demand: ImageDemand): readonly Failure[] {
  const { target, path, image } = demand;
  const fact = scriptFact(facts, name);
  const place = { target: target.name, path, image, script: facts.contract.scripts[name] };
  switch (fact.state) {
    case "present": {
      const foreign = foreignProgram(fact, demand.engine?.architecture);
      return foreign === undefined ? [] : [{ code: "script-architecture", ...place, ...foreign }];
    }
    case "missing":
      return [{ code: "script-missing", ...place }];
    case "not-executable":
      return [{ code: "script-not-executable", ...place }];
    case "interpreter-missing":
      return [
        {
          code: "script-interpreter-missing",
          ...place,
          script: fact.source ?? place.script,
          interpreter: fact.interpreter,
          carriageReturn: fact.carriageReturn,
        },
      ];
    default:
      return fact satisfies never;
  }
}
