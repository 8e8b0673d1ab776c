// Provenance of a result by SLSA (v1): its inputs by digest, and who built it. Values of variables are not part of it.
import type { AttestedBuild, KeyPreimage } from "@sti/core";

/** The meaning of the fields is documented in docs/attest.md. Raised when it changes. */
export const BUILD_TYPE = "urn:sti:build:v1";

/** The place of a session. */
export interface BuilderPlace {
  /** A URI: whom a reader has to trust. */
  readonly id: string;
  /** A URI of the run; undefined where there is none that others could open. */
  readonly invocation: string | undefined;
  /** Version of sti, "1.2.3". */
  readonly version: string;
}

/** The predicate; JSON leaves out what is undefined. */
export function makeProvenance(build: AttestedBuild, { id, invocation, version }: BuilderPlace): unknown {
  const { engine, key, preimage, target, time } = build;
  const product = engine?.product ?? "engine";
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: {
        target: preimage.target.name,
        tag: target.tag.short,
        ...parametersOf(preimage),
        labels: preimage.labels.map(([name]) => name),
      },
      internalParameters: {
        key,
        keySchema: preimage.schema,
        sourceDateEpoch: preimage.time,
        ...(target.kind === "app" ? { method: target.method } : {}),
        ...(engine === undefined ? {} : { platform: `${engine.os}/${engine.architecture}` }),
      },
      resolvedDependencies: listDependencies(build),
    },
    runDetails: {
      builder: {
        id,
        version: { sti: version, ...(engine === undefined ? {} : { [product]: engine.version }) },
      },
      metadata: {
        invocationId: invocation,
        ...(time === undefined
          ? {}
          : { startedOn: formatTime(time.started), finishedOn: formatTime(time.finished) }),
      },
    },
  };
}

/** Names of variables and secrets, and settings that are none. */
function parametersOf({ target }: KeyPreimage): Readonly<Record<string, unknown>> {
  if (target.kind === "image") {
    const { dockerfile, network = "default", secrets = [], stage } = target;
    return {
      kind: target.kind,
      dockerfile,
      stage,
      network,
      args: target.args.map(([name]) => name),
      secrets,
    };
  }
  const { extended, network, scripts, secrets, user, workspace } = target;
  return {
    kind: target.kind,
    extended,
    scripts,
    workspace,
    network,
    user,
    env: target.env.map(([name]) => name),
    buildEnv: target.buildEnv.map(([name]) => name),
    secrets,
  };
}

function listDependencies({ bases, commit, layers, preimage }: AttestedBuild): readonly unknown[] {
  const gitCommit = commit && {
    name: "commit",
    uri: commit.url === undefined ? "urn:sti:commit" : `git+${commit.url}`,
    digest: { gitCommit: commit.commit },
  };
  return [
    { name: "source", uri: "urn:sti:source", digest: { stiSource: preimage.source } },
    ...(gitCommit === undefined ? [] : [gitCommit]),
    ...(preimage.dockerfile === null
      ? []
      : [{ name: "dockerfile", uri: "urn:sti:dockerfile", digest: { sha256: preimage.dockerfile } }]),
    ...bases.map(({ identity, name, reference, role }) => {
      const digest = reference?.split("@sha256:")[1];
      return {
        name: `${role} ${name}`,
        uri: reference === undefined ? `urn:sti:image:${encodeURIComponent(name)}` : `oci://${reference}`,
        digest: { ...(digest === undefined ? {} : { sha256: digest }), stiIdentity: identity },
      };
    }),
    ...preimage.dependencies.map(({ identity, target }) => ({
      name: `target ${target}`,
      uri: `urn:sti:image:${encodeURIComponent(target)}`,
      digest: { stiIdentity: identity },
    })),
    ...layers.map((key) => ({
      name: "dependency layer",
      uri: "urn:sti:dependency-layer",
      digest: { stiKey: key },
    })),
  ];
}

function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
