// The build of an image entry: the user's own Dockerfile, sent with its context.
import type { ImageTarget } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { Failure } from "../failure/failure.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { HostTrust, SourceSnapshot } from "../source/source.ts";
import { checkNetwork, checkSecrets, stepNetworkOf } from "./check-builder.ts";
import { checkEntryTrust, planEntryTrust } from "./entry-trust.ts";
import { extendDockerfile } from "./extend-dockerfile.ts";
import { imageEntryLabels } from "./labels.ts";
import { proofInstruction } from "./proof.ts";
import { endStageWith } from "./stage-end.ts";
import type { Step } from "./step.ts";

export interface EntryBuild {
  readonly target: ImageTarget;
  readonly key: string;
  readonly snapshot: SourceSnapshot;
  /** The user's. */
  readonly dockerfile: Dockerfile;
  readonly engine: EngineDescription | undefined;
  readonly hostTrust: HostTrust | undefined;
  readonly noCache: boolean;
}

/** The problems that keep an entry from being built at all. */
export function checkImageEntry({ dockerfile, engine, hostTrust, target }: EntryBuild): readonly Failure[] {
  return [
    ...checkSecrets(target, engine),
    ...checkNetwork(target, target.network, engine),
    ...checkEntryTrust(target, dockerfile, { engine, hostTrust }),
  ];
}

export function planImageEntry(build: EntryBuild): readonly Step[] {
  const { engine, key, snapshot, target } = build;
  // No file of the context can have this name, since it holds the context's own digest.
  const ownName = `.sti-${snapshot.digest.slice(0, 24)}`;
  const trust = planEntryTrust(build.hostTrust, { engine, folder: ownName });
  const network = stepNetworkOf(target.network, engine);
  const extended = extendDockerfile(build.dockerfile, { ...trust, network });
  const text = endStageWith(extended, { instruction: proofInstruction(key), stage: target.stage });
  return [
    {
      kind: "build-image",
      stage: "result",
      title: `${target.context.replace(/\/+$/, "")}/${target.dockerfile}`,
      dockerfile: { path: `${ownName}.Dockerfile`, text },
      parts: [{ kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } }, ...trust.parts],
      buildArgs: { ...trust.buildArgs, ...target.args },
      labels: imageEntryLabels(target, key),
      dockerfileStage: target.stage,
      network: target.network,
      hosts: [],
      timeout: undefined,
      secrets: Object.keys(target.secrets).sort(),
      served: trust.served,
      noCache: build.noCache,
      keepsSteps: true,
    },
    { kind: "tag-image", stage: "result", reference: target.tag.full, tag: target.tag.short },
  ];
}
