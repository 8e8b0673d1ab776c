import { appTarget, imageDetails } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { ImageConfig } from "../engine/image.ts";
import { stiContract } from "../plan/builder-contract.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { type ExpectedImage, findConfigProblem } from "./check-config.ts";

const BASE: ImageConfig = {
  env: ["PATH=/bin", "LANG=C"],
  user: "1001",
  workingDir: "/srv",
  entrypoint: ["/entry"],
  cmd: ["sh"],
  labels: { vendor: "acme" },
  exposedPorts: ["8080/tcp"],
  volumes: ["/data"],
  onBuild: [],
  stopSignal: "SIGQUIT",
  healthcheck: ["CMD", "true"],
  healthcheckOptions: { Interval: 1 },
};
const LABELS = { "sti.key": "k1" };
const RESULT: ImageConfig = {
  ...BASE,
  env: ["LANG=C.UTF-8", "PATH=/bin", "MODE=prod"],
  entrypoint: [],
  cmd: ["/usr/bin/run"],
  labels: { ...BASE.labels, ...LABELS },
};

function expected(more: { readonly user?: string; readonly stage?: "build" | "result" } = {}): ExpectedImage {
  const env = { LANG: "C.UTF-8", MODE: "prod" };
  const { user, stage = "result" } = more;
  const present = { state: "present" } as const;
  const base: ImageFacts = {
    details: imageDetails({ layers: [], config: BASE }),
    scripts: {
      "prepare-dependencies": { state: "missing" },
      prepare: present,
      run: present,
      "save-artifacts": present,
    },
    shell: true,
    owner: { uid: 1001, gid: 0 },
    accounts: { passwd: "", group: "" },
    contract: stiContract("/usr/bin"),
  };
  const target = appTarget("app", { env, ...(user === undefined ? {} : { user }) });
  return { target, stage, base, labels: LABELS };
}

test("a config that is what was asked for has no problem, whatever the order of its variables", () => {
  expect(findConfigProblem(RESULT, expected())).toBeUndefined();
});

test("a build stage keeps the start of its base", () => {
  const { cmd, entrypoint } = BASE;
  expect(findConfigProblem({ ...RESULT, cmd, entrypoint }, expected({ stage: "build" }))).toBeUndefined();
  expect(findConfigProblem(RESULT, expected({ stage: "build" }))).toContain("it starts");
});

test("after another user ran prepare the image's own is back, by name or by number", () => {
  for (const user of ["1001", "1001:0"]) {
    expect(findConfigProblem({ ...RESULT, user }, expected({ user: "0" }))).toBeUndefined();
  }
  expect(findConfigProblem({ ...RESULT, user: "0" }, expected({ user: "0" }))).toContain("its user is 0");
});

test("labels and a search path that engines add by themselves are no difference", () => {
  const labels = { ...RESULT.labels, "io.buildah.version": "1.40" };
  expect(findConfigProblem({ ...RESULT, labels }, expected())).toBeUndefined();
});

const changes: Readonly<Record<string, readonly [Partial<ImageConfig>, string]>> = {
  "an added variable": [
    { env: [...RESULT.env, "TOKEN=s3cret"] },
    "the variable TOKEN, which was not requested",
  ],
  "a lost variable": [{ env: ["PATH=/bin", "LANG=C.UTF-8"] }, "lacks the variable MODE"],
  "a changed variable": [{ env: ["PATH=/bin", "LANG=s3cret", "MODE=prod"] }, "variable LANG has another"],
  "another user": [{ user: "" }, "its user is root instead of 1001"],
  "another folder": [{ workingDir: "/" }, "its working directory is /"],
  "an added volume": [{ volumes: ["/data", "/tmp/src"] }, "declares the volume /tmp/src"],
  "a lost volume": [{ volumes: [] }, "no longer declares the volume /data"],
  "an added port": [{ exposedPorts: ["8080/tcp", "22/tcp"] }, "exposes the port 22/tcp"],
  "an added label": [
    { labels: { ...RESULT.labels, more: "s3cret" } },
    "the label more, which was not requested",
  ],
  "a lost label": [{ labels: LABELS }, "its label vendor is not"],
  "an entrypoint": [{ entrypoint: ["/entry"] }, "instead of the run script"],
  "another command": [{ cmd: ["sh"] }, "instead of the run script"],
  triggers: [{ onBuild: ["RUN x"] }, "ONBUILD"],
  "another stop signal": [{ stopSignal: "SIGKILL" }, "stop signal"],
  "another health check": [{ healthcheck: undefined }, "health check"],
  "other times of the health check": [{ healthcheckOptions: {} }, "health check"],
};

test.each(Object.entries(changes))("%s is a problem, and no value of it is shown", (_, [change, words]) => {
  const problem = findConfigProblem({ ...RESULT, ...change }, expected());
  expect(problem).toContain(words);
  expect(problem).not.toContain("s3cret");
});

test("every field of a config is compared", () => {
  const compared = new Set(Object.values(changes).flatMap(([change]) => Object.keys(change)));
  expect(Object.keys(BASE).filter((field) => !compared.has(field))).toEqual([]);
});
