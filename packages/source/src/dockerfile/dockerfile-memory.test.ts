import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { imageTarget, makeFolder } from "../../test/temp-folder.ts";
import { privateFolder } from "../disk/private-folder.ts";
import { createDockerfileMemory, type DockerfileBuild } from "./dockerfile-memory.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";
import { readDockerfiles } from "./read-dockerfiles.ts";

const TEXT = `# syntax=acme/frontend:1
ARG BASE=debian:12
FROM $BASE AS base
RUN --network=none make
FROM base
COPY --from=tools:1 / /
CMD ["a"]
`;
const BUILD: DockerfileBuild = { text: TEXT, args: {}, stage: undefined };

function parsed(build: DockerfileBuild) {
  const found = parseDockerfile(build);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

const folder = async () => privateFolder(join(await makeFolder({}), "memory"));

test("what was found in a Dockerfile is what the next command finds", async () => {
  const place = await folder();
  const first = createDockerfileMemory(place, "1");
  expect(first.recall(BUILD)).toBeUndefined();
  first.add(BUILD, parsed(BUILD));
  await first.write();
  expect(createDockerfileMemory(place, "1").recall(BUILD)).toEqual(parsed(BUILD));
});

test.each<readonly [string, Partial<DockerfileBuild>, string]>([
  ["another text", { text: `${TEXT}# more\n` }, "1"],
  ["another argument", { args: { BASE: "debian:13" } }, "1"],
  ["another stage", { stage: "base" }, "1"],
  ["other code", {}, "2"],
])("nothing is known of %s", async (_, changed, code) => {
  const place = await folder();
  const first = createDockerfileMemory(place, "1");
  first.add(BUILD, parsed(BUILD));
  await first.write();
  expect(createDockerfileMemory(place, code).recall({ ...BUILD, ...changed })).toBeUndefined();
});

test.each([
  ["cut", (text: string) => text.slice(0, -9)],
  ["changed", (text: string) => text.replace("tools:1", "tools:2")],
  ["empty", () => ""],
])("a file that is %s is as if it were not there", async (_, damage) => {
  const place = await folder();
  const first = createDockerfileMemory(place, "1");
  first.add(BUILD, parsed(BUILD));
  await first.write();
  const file = join(place.path, readdirSync(place.path)[0] ?? "");
  writeFileSync(file, damage(readFileSync(file, "utf8")));
  expect(createDockerfileMemory(place, "1").recall(BUILD)).toBeUndefined();
});

test("builds that one command does not ask for stay known, up to a hundred", async () => {
  const place = await folder();
  const builds = Array.from({ length: 130 }, (_, n) => ({ ...BUILD, text: `${TEXT}# ${n}\n` }));
  const first = createDockerfileMemory(place, "1");
  for (const build of builds) first.add(build, parsed(build));
  await first.write();
  const next = createDockerfileMemory(place, "1");
  next.add(BUILD, parsed(BUILD));
  await next.write();
  const last = createDockerfileMemory(place, "1");
  expect(builds.filter((build) => last.recall(build) !== undefined)).toHaveLength(100);
  expect(last.recall(BUILD)).toBeDefined();
});

test("a known Dockerfile is not parsed again, and one that is none is not remembered", async () => {
  const directory = await makeFolder({ "a/Dockerfile": TEXT, "b/Dockerfile": "RUN make\n" });
  const place = await folder();
  const [a, b] = [imageTarget("a"), imageTarget("b")];
  const memory = createDockerfileMemory(place, "1");
  const found = await readDockerfiles([a], { directory, memory });
  await memory.write();
  const again = createDockerfileMemory(place, "1");
  const refused: unknown[] = [];
  const strict = { ...again, add: (build: DockerfileBuild) => void refused.push(build) };
  expect(await readDockerfiles([a], { directory, memory: strict })).toEqual(found);
  expect(await readDockerfiles([b], { directory, memory: strict })).toMatchObject({ ok: false });
  expect(refused).toEqual([]);
});
