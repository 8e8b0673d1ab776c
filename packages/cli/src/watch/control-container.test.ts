import { expect, test } from "vitest";
import { viewOf } from "../../test/fake-session.ts";
import { BUILDING, STARTED } from "../../test/watched-session.ts";
import { controlContainer } from "./control-container.ts";

const at = STARTED + 1;
const port = { port: 80, protocol: "tcp", hostPort: 8080, hostIp: "0.0.0.0" } as const;
const SESSION = viewOf([
  ...BUILDING,
  { type: "container-started", at, target: "api", container: "1", imageId: "sha256:1", ports: [port] },
  { type: "container-started", at, target: "db", container: "2", imageId: "sha256:2", ports: [] },
  { type: "container-stopped", at, target: "db", container: "2", isHalted: true },
  { type: "container-started", at, target: "job", container: "3", imageId: "sha256:3", ports: [] },
  {
    ...{ type: "container-failed", at, target: "job", container: "3", reason: "ended", lastLines: [] },
    restartIn: 8000,
  },
  { type: "container-waiting", at, target: "mail", reason: "pulls mail:1" },
]);
/** Those that have an image. */
const READY: readonly string[] = ["api", "db", "job"];

test.each([
  ["restart", "api", ["restart api"]],
  ["halt", "api", ["halt api"]],
  ["halt", "db", ["restart db"]],
  ["halt", "job", ["halt job"]],
  ["halt", "mail", ["halt mail", "warn mail has no container yet: its image is not ready"]],
  ["restart", "mail", ["restart mail", "warn mail has no container yet: its image is not ready"]],
  ["open", "api", ["open http://localhost:8080/"]],
  ["open", "db", ["warn db has no address to open: no port of it is published"]],
] as const)("%s of %s", async (action, name, expected) => {
  const done: string[] = [];
  await controlContainer(
    { kind: "container", action, name },
    {
      containers: {
        restart: (one) => done.push(`restart ${one}`) > 0 && READY.includes(one),
        halt: (one) => done.push(`halt ${one}`) > 0 && READY.includes(one),
      },
      session: SESSION,
      warn: (message) => void done.push(`warn ${message}`),
      open: async (address) => done.push(`open ${address}`) > 0,
    },
  );
  expect(done).toEqual(expected);
});

test("an address that cannot be opened is named", async () => {
  const warnings: string[] = [];
  const containers = { restart: () => true, halt: () => true };
  const given = { containers, session: SESSION, open: async () => false };
  await controlContainer(
    { kind: "container", action: "open", name: "api" },
    { ...given, warn: (message) => void warnings.push(message) },
  );
  expect(warnings).toEqual(["no browser could be opened; the address of api is http://localhost:8080/"]);
});
