import { dockerfileOf, nodeOf, snapshot } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { ImageTarget } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import { checkImageEntry, planImageEntry } from "./image-entry.ts";

const DOCKER: EngineDescription = {
  product: "Docker Engine",
  version: "28.5.2",
  apiVersion: "1.51",
  os: "linux",
  architecture: "amd64",
  cpus: 1,
  memory: 1,
};
const PODMAN: EngineDescription = {
  ...DOCKER,
  product: "Podman",
  buildsWithSecrets: false,
  takesNetwork: "of-step",
};
const TRUST = {
  caBundle: new TextEncoder().encode("CA"),
  env: { HTTP_PROXY: "http://p:1", YARN_HTTP_PROXY: "http://p:1" },
};
const RUNS = [{ line: 1, flagsAt: 3, hasNetwork: false }];

function build(
  more: object,
  { engine = DOCKER, parsed = {} }: { engine?: EngineDescription; parsed?: Partial<Dockerfile> } = {},
) {
  const entry = { context: "ctx", tag: "acme/a", ...more };
  return {
    target: nodeOf({ images: { a: entry } }, "a", { a: [] }).target as ImageTarget,
    key: "k",
    snapshot: snapshot(),
    dockerfile: { ...dockerfileOf("FROM b\nRUN c\n"), runs: RUNS, ...parsed },
    engine,
    hostTrust: TRUST,
    noCache: false,
  };
}

function planned(...given: Parameters<typeof build>) {
  const [step] = planImageEntry(build(...given));
  if (step?.kind !== "build-image") throw new Error("no build");
  return step;
}

test("a builder with sessions is served the certificates, in a folder of memory", () => {
  const { buildArgs, dockerfile, parts, served = new Map() } = planned({ args: { V: "1" } });
  expect([...served.keys()]).toEqual([".sti-ca-bundle.crt", ".sti-apt.conf"]);
  expect(parts.map(({ kind }) => kind)).toEqual(["source"]);
  expect(buildArgs).toEqual({ HTTP_PROXY: "http://p:1", V: "1" });
  const [from, arg, run] = dockerfile.text.split("\n");
  expect(from).toBe("FROM b");
  expect(arg).toMatch(/^ARG SSL_CERT_FILE=\/run\/sti\/ca-bundle\.crt .*APT_CONFIG=\/run\/sti\/apt\.conf$/);
  expect(run).toBe(
    "RUN --mount=type=tmpfs,target=/run/sti --mount=type=secret,id=.sti-ca-bundle.crt,target=/run/sti/ca-bundle.crt,mode=0444,required --mount=type=secret,id=.sti-apt.conf,target=/run/sti/apt.conf,mode=0444,required c",
  );
});

test("another builder finds them in the context, under a name that no file of it has", () => {
  const { dockerfile, parts, served = new Map() } = planned({ network: "none" }, { engine: PODMAN });
  expect(served.size).toBe(0);
  expect(parts.slice(1).map((part) => "path" in part && part.path)).toEqual([
    ".sti-d/ca-bundle.crt",
    ".sti-d/apt.conf",
  ]);
  expect(dockerfile.text).toContain(
    "RUN --network=none --mount=type=bind,source=.sti-d,target=/run/sti,rw c",
  );
});

test.each([
  ["ARG of a proxy", { args: ["http_proxy"] }, DOCKER, "declared-proxy"],
  ["another syntax", { syntax: "acme/frontend" }, DOCKER, "other-syntax"],
  ["docker's syntax", { syntax: "docker.io/docker/dockerfile:1.7" }, DOCKER, undefined],
  ["an open end", { isComplete: false }, DOCKER, "incomplete"],
  ["a COPY of the whole context", { takesWholeContext: true }, DOCKER, undefined],
  ["a COPY of the whole context elsewhere", { takesWholeContext: true }, PODMAN, "whole-context"],
  ["no RUN", { runs: [], takesWholeContext: true, syntax: "acme/frontend" }, PODMAN, undefined],
])("a Dockerfile with %s is built or refused", (_, parsed, engine, reason) => {
  const failures = checkImageEntry(build({}, { engine, parsed }));
  expect(failures).toEqual(
    reason === undefined ? [] : [expect.objectContaining({ code: "host-trust-refused", reason })],
  );
});

test("secrets and networks that a builder cannot be given are refused at their places", () => {
  const entry = { secrets: { T: { env: "T" } }, network: "none" };
  const engine = { ...PODMAN, takesNetwork: "none" } as const;
  expect(checkImageEntry(build(entry, { engine }))).toMatchObject([
    { code: "secrets-unsupported", path: ["images", "a", "secrets"] },
    { code: "network-unsupported", path: ["images", "a", "network"] },
  ]);
  const { network, secrets } = planned(entry);
  expect({ network, secrets }).toEqual({ network: "none", secrets: ["T"] });
});
