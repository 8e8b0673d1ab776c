import { createHash } from "node:crypto";
import { checkLeftovers } from "@sti/testing/e2e";
import { packFiles } from "@sti/testing/pack-files";
import { expect, onTestFinished, test } from "vitest";
import { buildImage } from "./build-image.ts";
import { type Connection, connect } from "./connect.ts";
import { describe } from "./describe.ts";
import { resolveEndpoint } from "./endpoint.ts";
import { shortLimit } from "./engine-request.ts";
import { removeImage } from "./images.ts";
import { openHttp2 } from "./open-http2.ts";

/** Many frames of HTTP/2, and more than its windows hold at first. */
const SECRET = Buffer.alloc(200_000, "secret bytes ");
const DOCKERFILE = `# syntax-free
FROM debian:bookworm-slim
ARG NONCE
RUN --mount=type=secret,id=TOKEN test "$(sha256sum < /run/secrets/TOKEN)" = "${createHash("sha256").update(SECRET).digest("hex")}  -"
`;

const endpoint = await resolveEndpoint();
const connection = connect(endpoint);
const { apiVersion, product } = await describe(connection);
checkLeftovers(endpoint, "file");

/** Resolves when the build has read its secret: its command fails otherwise. */
async function buildWith(used: Connection, nonce: string): Promise<void> {
  const build = {
    context: packFiles([{ path: "Dockerfile", content: DOCKERFILE }]),
    dockerfile: "Dockerfile",
    buildArgs: { NONCE: `${nonce} ${process.pid}` },
    labels: {},
    noCache: true,
    onOutput: () => {},
    secrets: new Map([["TOKEN", SECRET]]),
  };
  const id = await buildImage(used, build, { signal: AbortSignal.timeout(60_000) });
  onTestFinished(async () => void (await removeImage(connection, id)));
}

const isDocker = product === "Docker Engine";

test.runIf(isDocker)("a build reads a large secret in the way of the engine's version", async () => {
  const ways: string[] = [];
  const watched: Connection = {
    ...connection,
    upgrade: (request, protocol) => {
      ways.push(request.path);
      return connection.upgrade(request, protocol);
    },
    openHttp2: (request) => {
      ways.push(request.path);
      return connection.openHttp2(request);
    },
  };
  await buildWith(watched, "by version");
  const [, minor = 0] = apiVersion.split(".").map(Number);
  expect(ways).toEqual([minor < 53 ? "/session" : "/moby.buildkit.v1.Control/Session"]);
});

// Until API 1.53, `POST /grpc` gives a connection for the gRPC that newer engines serve on the API socket itself.
test.runIf(isDocker)("a build reads a large secret over gRPC", async () => {
  const calls: string[] = [];
  const newer: Connection = {
    ...connection,
    engineVersion: async () => "1.53",
    upgrade: () => Promise.reject(new Error("the older way was used")),
    async openHttp2(request) {
      calls.push(request.path);
      const { signal = new AbortController().signal } = request;
      const upgrade = { ...request, path: "/grpc", headers: {}, limit: shortLimit };
      return await openHttp2(await connection.upgrade(upgrade, "h2c"), request, signal);
    },
  };
  await buildWith(newer, "gRPC");
  expect(calls).toEqual(["/moby.buildkit.v1.Control/Session"]);
});

test.runIf(isDocker)("an engine that knows no gRPC on its socket is asked in the older way", async () => {
  await buildWith({ ...connection, engineVersion: async () => "1.53" }, "fallback");
});
