import { DockerfileParser } from "dockerfile-ast";
import { expect, test } from "vitest";
import { outlineDockerfile } from "./outline-dockerfile.ts";

const outline = (text: string) => outlineDockerfile(text, DockerfileParser.parse(text));

test.each([
  [
    "a FROM that goes on",
    "FROM \\\n a AS One\nFROM b\n",
    [
      ["one", 0],
      [undefined, 2],
    ],
  ],
  [
    "a here-document that looks like a stage",
    "FROM a AS s\nCOPY <<'E' <<-F /\nFROM x\nE\nFROM y\n\tF\nFROM b\n",
    [
      ["s", 0],
      [undefined, 6],
    ],
  ],
  [
    "a command that goes on over a comment",
    "FROM a\nRUN b \\\n# c\n FROM d\nFROM e\n",
    [
      [undefined, 0],
      [undefined, 4],
    ],
  ],
  [
    "another escape character",
    "# escape=`\nFROM a\nRUN c:\\\nFROM b\n",
    [
      [undefined, 1],
      [undefined, 3],
    ],
  ],
  [
    "lines that end with CRLF",
    "FROM a\r\nRUN <<E\r\nFROM z\r\nE\r\nFROM b\r\n",
    [
      [undefined, 0],
      [undefined, 4],
    ],
  ],
  ["no stage", "ARG a\n", []],
])("the stages of a file with %s are found", (_, text, stages) => {
  expect(outline(text).stages.map(({ name, line }) => [name, line])).toEqual(stages);
});

test.each([
  ["FROM debian:12", ["debian:12"]],
  [
    "from  --platform=linux/amd64 registry.test:5000/acme/base:1 as build",
    ["registry.test:5000/acme/base:1"],
  ],
  ["FROM \\\n debian:12", ["debian:12"]],
  ["FROM a\nCOPY --chown=1 --from=debian:12 /a /b", ["a", "debian:12"]],
  ["FROM a\nRUN --mount=type=bind,from=tools:1,target=/t make", ["a", "tools:1"]],
  ["FROM base AS base\nFROM Base\nCOPY --from=base /a /b", ["base"]],
  ["FROM a\nCOPY --from=later /a /b\nCOPY --from=0 /a /b\nFROM b AS later", ["a", "b"]],
  ["ARG BASE=debian:12\nFROM $BASE", []],
  ["FROM a\nRUN cat <<EOF\nFROM debian:12\nEOF", ["a"]],
  ["FROM a\nRUN echo \\\nFROM debian:12", ["a"]],
  ["FROM a\nRUN echo FROM debian:12\n# FROM debian:12", ["a"]],
])("the images of %j are %j", (text, names) => {
  const { images } = outline(text);
  expect(images.map(({ name }) => name)).toEqual(names);
  for (const { name, offset } of images) expect(text.slice(offset, offset + name.length)).toBe(name);
});

test.each([
  ["FROM a\nRUN b\n", true],
  ["FROM a\nRUN <<E\nb \\\nE\n", true],
  ["FROM a\nRUN echo '<<X' $((1 << 2))\n", true],
  ["FROM a\nRUN b \\\n", false],
  ["FROM a\nRUN b \\\n# more\n", false],
  ["FROM a\nRUN <<E\nb\n", false],
])("whether %j has an end is %j", (text, isComplete) => {
  expect(outline(text).isComplete).toBe(isComplete);
});

test.each([
  [
    "FROM a\nRUN b\n  run c\nRUN\td",
    [
      [1, 3],
      [2, 5],
      [3, 3],
    ],
  ],
  [
    "FROM a\nRUN <<E\nRUN x\nE\nRUN b \\\nRUN c\nONBUILD RUN d",
    [
      [1, 3],
      [4, 3],
    ],
  ],
  ["# escape=`\nFROM a\nRUN `\n --mount=type=cache,target=/c b", [[2, 3]]],
  ['FROM a\r\nRUN ["b"]\r\n', [[1, 3]]],
])("each RUN of %j takes flags after its first word", (text, places) => {
  expect(outline(text).runs.map(({ flagsAt, line }) => [line, flagsAt])).toEqual(places);
});

test("a RUN with a network of its own, the syntax and the arguments are found", () => {
  const { args, runs, syntax } = outline(
    "# syntax=docker/dockerfile:1\nARG A B=1\nFROM a\nARG http_proxy\nRUN --network=none b\nRUN c",
  );
  expect(syntax).toBe("docker/dockerfile:1");
  expect(args).toEqual(["A", "B", "http_proxy"]);
  expect(runs.map(({ hasNetwork }) => hasNetwork)).toEqual([true, false]);
});

test.each([
  ["COPY . /a", true],
  ["COPY ./ /a", true],
  ["copy --chown=1:1 / /a", true],
  ["COPY bin/ ./* /a/", true],
  ["COPY $DIR /a", true],
  ["COPY sub/../ /a", true],
  ['COPY [".", "/a"]', true],
  ["ADD . /a", true],
  ["RUN --mount=type=bind,target=/s b", true],
  ["RUN --mount=target=/s,source=. b", true],
  ["COPY bin/ package*.json /a/", false],
  ["COPY bin/* /a/", false],
  ['COPY ["bin", "/a"]', false],
  ["COPY --from=b . /a", false],
  ["ADD https://acme.test/x?y /a", false],
  ["RUN --mount=type=bind,source=bin,target=/s b", false],
  ["RUN --mount=type=bind,from=b,target=/s --mount=type=cache,target=/c b", false],
])("whether %j may take the whole context is %j", (instruction, expected) => {
  expect(outline(`FROM a AS b\n${instruction}\n`).takesWholeContext).toBe(expected);
});
