import { type ImageFacts, stiContract } from "@sti/core";
import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { describeContract, printContract } from "./image-contract.ts";

function factsOf(changes: {
  readonly scripts?: Partial<ImageFacts["scripts"]>;
  readonly config?: Partial<ImageFacts["details"]["config"]>;
}): ImageFacts {
  const present = { state: "present" } as const;
  return {
    details: {
      id: "sha256:1",
      tags: [],
      digests: [],
      os: "linux",
      architecture: "amd64",
      size: 5,
      layers: [],
      config: {
        env: ["PATH=/usr/bin", "PORT=8080"],
        user: "app",
        workingDir: "",
        entrypoint: [],
        cmd: ["/usr/bin/run"],
        labels: {},
        exposedPorts: ["8080/tcp"],
        volumes: [],
        onBuild: [],
        stopSignal: undefined,
        healthcheck: undefined,
        ...changes.config,
      },
    },
    scripts: {
      "prepare-dependencies": { state: "missing" },
      prepare: present,
      run: present,
      "save-artifacts": present,
      ...changes.scripts,
    },
    shell: true,
    accounts: { passwd: "", group: "" },
    contract: stiContract("/usr/bin"),
    owner: { uid: 1001, gid: 0 },
  };
}

const NAMED = { image: "acme/builder", hasUsage: false };

test("an image's scripts, user, folder, variables and ports are said", () => {
  const text = printContract(describeContract(factsOf({}), NAMED));
  expect(text).toMatch(/^acme\/builder has no \/usr\/bin\/usage/);
  expect(text).toMatch(/can be +the build or runtime image of an app, with incremental builds/);
  expect(text).toMatch(
    /scripts +prepare-dependencies: missing\n +prepare: there\n +run: there\n +save-artifacts: there\n +usage: missing/,
  );
  expect(text).toMatch(/user +app \(uid 1001, gid 0\)/);
  expect(text).toMatch(/folder +\/\n/);
  expect(text).toMatch(/variables +PATH=\/usr\/bin\n +PORT=8080/);
  expect(text).toMatch(/ports +8080\/tcp\nvolumes +none\nmade +not by sti\n$/);
});

test("an image without prepare is no build image", () => {
  const facts = factsOf({ scripts: { prepare: { state: "missing" } } });
  checkDocument("usage", describeContract(facts, NAMED));
  expect(printContract(describeContract(facts, NAMED))).toMatch(
    /can be .*neither a build nor a runtime image/,
  );
});

test.each(["container", "run"])("an image that sti made by method %s says from what", (method) => {
  const labels = {
    "sti.managed": "1",
    "sti.target": "api",
    "sti.kind": "app",
    "sti.method": method,
    "sti.half": "result",
    "sti.build-image": "acme/builder:1",
    "sti.build-image-identity": "sha256:2",
  };
  const contract = describeContract(factsOf({ config: { labels } }), NAMED);
  checkDocument("usage", contract);
  expect(contract.origin).toMatchObject({
    target: "api",
    method: "container",
    buildImageIdentity: "sha256:2",
  });
  expect(printContract(contract)).toContain(
    "by sti from the app api, by the container method, on the build image acme/builder:1",
  );
});

test("what an image brings cannot control the terminal", () => {
  const facts = factsOf({ config: { env: ["X=\u001b[2J"] } });
  expect(printContract(describeContract(facts, NAMED))).not.toContain("\u001b");
});
