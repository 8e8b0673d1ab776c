// A registry that misbehaves in one way: it limits, cuts connections off, sends other bytes than announced, knows
// nothing, or never answers.
import { createServer } from "node:http";
import { plainRegistryHost } from "./registry-place.ts";

export interface FakeRegistry {
  /** "HOST:PORT" */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * `limit`: 429 with Retry-After; `cut`: the connection ends in the middle of the answer; `corrupt`: an image whose
 * bytes have another digest than in its manifest; `unknown`: 404; `silent`: no answer but the first.
 */
export async function startFakeRegistry(
  way: "limit" | "cut" | "corrupt" | "unknown" | "silent",
): Promise<FakeRegistry> {
  const server = createServer((request, response) => {
    request.resume();
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    if (request.url === "/v2/") return json(200, {});
    switch (way) {
      case "limit": {
        const error = { code: "TOOMANYREQUESTS", message: "You have reached your pull rate limit" };
        return json(429, { errors: [error] }, { "retry-after": "1" });
      }
      case "cut":
        response.writeHead(200, {
          "content-type": "application/vnd.docker.distribution.manifest.v2+json",
          "content-length": "1000",
        });
        response.write("{");
        return response.destroy();
      case "corrupt": {
        const type = "application/vnd.docker.distribution.manifest.v2+json";
        if (request.url?.includes("/manifests/") === true)
          return json(200, MANIFEST, { "content-type": type });
        response.writeHead(200, { "content-type": "application/octet-stream" });
        return response.end("x".repeat(MANIFEST.config.size));
      }
      case "unknown":
        return json(404, { errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] });
      case "silent":
        return;
      default:
        return way satisfies never;
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const host = plainRegistryHost();
  server.on("error", reject).listen(0, host, resolve);
  await promise;
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    address: `${host}:${port}`,
    async close() {
      const closing = Promise.withResolvers<void>();
      server.close(() => closing.resolve());
      server.closeAllConnections();
      await closing.promise;
    },
  };
}

const MANIFEST = {
  schemaVersion: 2,
  mediaType: "application/vnd.docker.distribution.manifest.v2+json",
  config: {
    mediaType: "application/vnd.docker.container.image.v1+json",
    size: 100,
    digest: `sha256:${"0".repeat(64)}`,
  },
  layers: [
    {
      mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
      size: 100,
      digest: `sha256:${"1".repeat(64)}`,
    },
  ],
};
