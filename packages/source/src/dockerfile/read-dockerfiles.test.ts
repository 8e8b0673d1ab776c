// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are a Dockerfile's variables
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { DockerfileParser } from "dockerfile-ast";
import { expect, test } from "vitest";
import { imageTarget, makeFolder } from "../../test/temp-folder.ts";
import { findDockerfileImages } from "./find-dockerfile-images.ts";
import { readDockerfiles } from "./read-dockerfiles.ts";

function imagesOf(text: string, args: Record<string, string> = {}, stage?: string): readonly string[] {
  const found = findDockerfileImages(DockerfileParser.parse(text), { args, stage });
  return "images" in found ? found.images : [found.problem];
}

test("images are what FROM, COPY --from and RUN --mount name and no stage is", () => {
  const text = `
    # syntax=docker/dockerfile:1
    from --platform=$BUILDPLATFORM debian:12 as Base
    RUN --mount=type=bind,from=tools:1,target=/t --mount=type=cache,target=/c make
    FROM base AS two
    Copy --from=BASE --chown=1:1 /a /b
    COPY --link --from=acme/static:2 /a /b
    COPY --from=0 /a /b
    FROM two
  `;
  expect(imagesOf(text)).toEqual(["debian:12", "tools:1", "acme/static:2"]);
});

test("scratch is no image, and an image named twice is listed once", () => {
  expect(
    imagesOf(
      "FROM a AS x\nFROM a AS y\nCOPY --from=x / /\nFROM scratch\nCOPY --from=y / /\nCOPY --from=x / /",
    ),
  ).toEqual(["a"]);
});

test("a stage may have its image's name", () => {
  expect(imagesOf("FROM debian AS debian\nFROM debian")).toEqual(["debian"]);
});

test("only what the wanted stage needs is listed; an unknown stage needs everything", () => {
  const text = "FROM a AS x\nFROM b AS y\nCOPY --from=later / /\nFROM c AS later\nFROM d";
  expect(imagesOf(text)).toEqual(["d"]);
  expect(imagesOf(text, {}, "Y")).toEqual(["b", "c"]);
  expect(imagesOf(text, {}, "0")).toEqual(["a"]);
  expect(imagesOf(text, {}, "nowhere")).toEqual(["a", "b", "c", "d"]);
});

test.each([
  ["ARG V=1\nFROM a:$V", {}, ["a:1"]],
  ["ARG V=1\nFROM a:${V}-slim", { V: "2" }, ["a:2-slim"]],
  ['ARG V="1"\nARG W=${V}.5\nFROM a:$W', {}, ["a:1.5"]],
  ["ARG V\nFROM a:${V:-3}", {}, ["a:3"]],
  ["ARG V\nFROM a:${V-3}x", {}, ["a:x"]],
  ["FROM a:${V:-${W:-4}}", {}, ["a:4"]],
  ["ARG V=5\nFROM a${V:+:$V}", {}, ["a:5"]],
  ["FROM a${V:+:5}", {}, ["a"]],
  ["ARG A=1 B=2\nFROM a:$A-$B", { B: "3" }, ["a:1-3"]],
  ["FROM 'a:1'", {}, ["a:1"]],
  ["FROM a:$TARGETARCH", {}, []],
  ["FROM a:${V%.*}", {}, []],
  ["FROM x\nARG V=1\nFROM a:$V", {}, []],
  ["FROM a:$V", { V: "1" }, []],
  ["ARG V=x\nFROM scratch\nCOPY --from=a:$V / /", {}, ["a:x"]],
])("%j with the arguments %j needs %j", (text, args, images) => {
  expect(imagesOf(text, args)).toEqual(images);
});

test("comments, continuations, the escape directive, CRLF and here-documents are understood", () => {
  expect(
    imagesOf(
      "# escape=`\r\nFROM `\r\n# comment\r\n  a:1 `\r\n AS b\r\nRUN <<EOF\r\nFROM no\r\nEOF\r\n#FROM c",
    ),
  ).toEqual(["a:1"]);
});

test("a text without FROM, and a FROM without an image, are no Dockerfile", () => {
  expect(imagesOf("# nothing\nRUN x")).toEqual(["has no FROM"]);
  expect(imagesOf("ARG A\nFROM")).toEqual(["line 2: FROM names no image"]);
});

test("a Dockerfile is found relative to its context and comes with its text", async () => {
  const folder = await makeFolder({ "ctx/docker/x.Dockerfile": "\uFEFFFROM a" });
  const result = await readDockerfiles([imageTarget("ctx", { dockerfile: "docker/x.Dockerfile" })], {
    directory: folder,
  });
  expect(result.ok && result.value.get("builder")).toEqual({
    file: join(folder, "ctx/docker/x.Dockerfile"),
    dockerfile: expect.objectContaining({ text: "FROM a" }),
    images: ["a"],
  });
});

test("a Dockerfile beside the context is read, one outside of the project is not", async () => {
  const folder = await makeFolder({ "project/Dockerfile": "FROM a", Dockerfile: "FROM b" });
  const read = async (dockerfile: string) =>
    readDockerfiles([imageTarget("ctx", { dockerfile })], { directory: join(folder, "project") });
  expect(await read("../Dockerfile")).toMatchObject({ ok: true });
  expect(await read("../../Dockerfile")).toMatchObject({ failures: [{ code: "dockerfile-invalid" }] });
});

test("all Dockerfiles that are missing or invalid are reported at once", async () => {
  const folder = await makeFolder({ "a/Dockerfile": "RUN x", "b/x": "", "c/Dockerfile/x": "", "d/x": "" });
  execFileSync("mkfifo", [join(folder, "d/Dockerfile")]);
  const targets = ["a", "b", "c", "d"].map((name) => imageTarget(name, { name, path: ["images", name] }));
  const path = (name: string) => ({ target: name, path: ["images", name, "dockerfile"] });
  expect(await readDockerfiles(targets, { directory: folder })).toMatchObject({
    failures: [
      { ...path("a"), code: "dockerfile-invalid", message: "has no FROM" },
      { ...path("b"), code: "dockerfile-missing", file: join(folder, "b/Dockerfile") },
      { ...path("c"), code: "dockerfile-invalid", message: "is a folder" },
      { ...path("d"), code: "dockerfile-invalid", message: "is a named pipe" },
    ],
  });
});
