import { expect, test } from "vitest";
import { stiContract } from "./builder-contract.ts";
import { refuseVolumes } from "./refuse-volumes.ts";

const inTheWay = ["in-the-way", "in-the-way"] as const;
const lostInCommit = ["lost", undefined] as const;

test.each([
  // The folders that a build uses, folders above them, and in them.
  ["/tmp/src", inTheWay],
  ["/tmp/src/", inTheWay],
  ["/tmp/src/node_modules", inTheWay],
  ["/tmp", inTheWay],
  ["/tmp/build", inTheWay],
  ["/tmp/artifacts", inTheWay],
  ["/run", inTheWay],
  ["/run/sti", inTheWay],
  ["/run/secrets", inTheWay],
  ["/", inTheWay],
  // The scripts.
  ["/usr/bin", inTheWay],
  ["/usr", inTheWay],
  // Elsewhere, and only beside these.
  ["/data", lostInCommit],
  ["/usr/share", lostInCommit],
  ["/tmp/srcs", lostInCommit],
  ["/var/run", lostInCommit],
] as const)("a volume at %s", (volume, [container, dockerfile]) => {
  const problemOf = (method: "container" | "dockerfile") =>
    refuseVolumes([volume], method, stiContract("/usr/bin"))[0]?.problem;
  expect({ container: problemOf("container"), dockerfile: problemOf("dockerfile") }).toEqual({
    container,
    dockerfile,
  });
});

test("each volume is named with its own problem", () => {
  expect(refuseVolumes(["/data", "/tmp", "/logs"], "container", stiContract("/usr/bin"))).toEqual([
    { problem: "in-the-way", volumes: ["/tmp"] },
    { problem: "lost", volumes: ["/data", "/logs"] },
  ]);
});
