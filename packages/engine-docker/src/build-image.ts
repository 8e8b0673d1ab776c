// Owns the build call. The image gets no tag here: tags move only when the result is whole and checked.
import type { ImageBuild } from "@sti/core";
import type { Connection, LastingOptions } from "./connect.ts";
import { decodeBuildStream } from "./decode-build-stream.ts";
import { UNLIMITED } from "./engine-request.ts";

/** `product`: of the engine, where it is known. */
type BuildOptions = LastingOptions & { readonly product?: string | undefined };

export async function buildImage(
  connection: Connection,
  build: ImageBuild,
  options: BuildOptions,
): Promise<string> {
  const { secrets } = build;
  if (secrets === undefined || secrets.size === 0)
    return await buildInSession(connection, build, undefined, options);
  const { serveSecrets } = await import("./serve-secrets.ts");
  const session = await serveSecrets(connection, secrets, options);
  try {
    return await buildInSession(connection, build, session.id, options);
  } finally {
    session.close();
  }
}

async function buildInSession(
  connection: Connection,
  build: ImageBuild,
  session: string | undefined,
  options: BuildOptions,
): Promise<string> {
  const hosts = [...(build.hosts ?? [])];
  const stream = await connection.open({
    operation: "build image",
    method: "POST",
    path: "/build",
    query: {
      version: 2, // BuildKit
      dockerfile: build.dockerfile,
      buildargs: JSON.stringify(build.buildArgs),
      labels: JSON.stringify(build.labels),
      rm: 1,
      forcerm: 1,
      ...(build.target === undefined ? {} : { target: build.target }),
      ...(build.noCache ? { nocache: 1 } : {}),
      // Podman keeps each step as an image, whose base cannot be removed. BuildKit knows no such parameter.
      ...(build.keepsSteps === false ? { layers: 0 } : {}),
      ...(build.network === undefined || build.network === "default" ? {} : { networkmode: build.network }),
      // Docker takes one field for each, Podman all in one.
      ...(hosts.length === 0
        ? {}
        : { extrahosts: options.product === "Podman" ? JSON.stringify(hosts) : hosts }),
      ...(session === undefined ? {} : { session }),
    },
    upload: build.context,
    signal: options.signal,
    limit: UNLIMITED,
  });
  return await decodeBuildStream(stream.bytes, build.onOutput);
}
