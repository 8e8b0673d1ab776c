import { dockerfileOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { extendDockerfile } from "./extend-dockerfile.ts";
import { endStageWith } from "./stage-end.ts";

/** With the places of each FROM and RUN that begins a line. */
function parsedOf(text: string) {
  const lines = text.split("\n");
  const at = (keyword: string) =>
    lines.flatMap((content, line) => (content.toUpperCase().startsWith(keyword) ? [line] : []));
  return {
    ...dockerfileOf(text),
    stages: at("FROM").map((line) => ({ name: undefined, line, fromEnd: line })),
    runs: at("RUN").map((line) => ({
      line,
      flagsAt: 3,
      hasNetwork: lines[line]?.includes("--network") === true,
    })),
  };
}

const NOTHING = { flags: [], network: undefined, variables: {} };

test("flags come right after the word RUN, whatever the command is", () => {
  const text = 'FROM a\nRUN --mount=type=cache,target=/c b\nrun ["b"]\nRUN <<E\nb\nE\nRUN \\\n b\n';
  expect(extendDockerfile(parsedOf(text), { ...NOTHING, flags: ["--mount=m", "--mount=n"] }).text).toBe(
    'FROM a\nRUN --mount=m --mount=n --mount=type=cache,target=/c b\nrun --mount=m --mount=n ["b"]\nRUN --mount=m --mount=n <<E\nb\nE\nRUN --mount=m --mount=n \\\n b\n',
  );
});

test("a RUN with a network of its own keeps it", () => {
  const text = "FROM a\nRUN --network=none b\nRUN c\n";
  expect(extendDockerfile(parsedOf(text), { ...NOTHING, network: "host" }).text).toBe(
    "FROM a\nRUN --network=none b\nRUN --network=host c\n",
  );
});

test("variables are declared in each stage, and each stage still ends where it did", () => {
  const text = "ARG V\nFROM a\nRUN b\nFROM c\nRUN d";
  const extended = extendDockerfile(parsedOf(text), { ...NOTHING, variables: { A: "/a", B: "/b" } });
  expect(extended.text).toBe("ARG V\nFROM a\nARG A=/a B=/b\nRUN b\nFROM c\nARG A=/a B=/b\nRUN d");
  expect(endStageWith(extended, { instruction: "LABEL x=1", stage: "0" })).toBe(
    "ARG V\nFROM a\nARG A=/a B=/b\nRUN b\nLABEL x=1\n\nFROM c\nARG A=/a B=/b\nRUN d",
  );
});

test("a Dockerfile without additions stays as it is", () => {
  const dockerfile = parsedOf("FROM a\r\nRUN b");
  expect(extendDockerfile(dockerfile, NOTHING)).toMatchObject({
    text: dockerfile.text,
    stages: dockerfile.stages,
  });
});
