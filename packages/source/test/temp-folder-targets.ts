// Targets for tests, as a config would make them.
import type { AppTarget, ImageReference, ImageTarget } from "@sti/core";

export function appTarget(source: string, name = "web"): AppTarget {
  return {
    ...common(name, "apps"),
    kind: "app",
    source: [{ from: { kind: "path", path: source }, to: "", path: ["apps", name, "source"] }],
    ignore: [],
    buildImage: { kind: "reference", reference: reference("builder") },
    runtimeImage: undefined,
    method: "dockerfile",
    buildTag: undefined,
    env: {},
    buildEnv: {},
    limits: {
      network: "default",
      hosts: [],
      memory: undefined,
      cpus: undefined,
      timeout: undefined,
      user: undefined,
      capDrop: [],
      noNewPrivileges: false,
      platform: undefined,
      allowedUids: undefined,
    },
    incremental: true,
    artifacts: { size: 1024, time: 1 },
    caches: [],
    scripts: "/usr/bin",
    dev: undefined,
    checks: undefined,
    compare: { ignore: [], mask: [] },
  };
}

export function imageTarget(context: string, fields: Partial<ImageTarget> = {}): ImageTarget {
  return {
    ...common("builder", "images"),
    kind: "image",
    context,
    dockerfile: "Dockerfile",
    args: {},
    stage: undefined,
    network: "default",
    ...fields,
  };
}

function common(name: string, kind: "apps" | "images") {
  return {
    name,
    path: [kind, name],
    tag: reference(name),
    labels: {},
    dependsOn: [],
    pull: "never",
    push: undefined,
    unset: [],
    secrets: {},
    hostTrust: false,
    attest: { provenance: false, sbom: false },
  } as const;
}

function reference(name: string): ImageReference {
  const repository = `docker.io/library/${name}`;
  return {
    full: `${repository}:latest`,
    short: `${name}:latest`,
    repository,
    tag: "latest",
    digest: undefined,
  };
}
