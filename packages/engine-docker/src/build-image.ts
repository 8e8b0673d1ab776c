// Owns the build call. The image gets no tag here: tags move only when the result is whole and checked.
import type { CallOptions, ImageBuild } from "@sti/core";
import type { Connection } from "./connect.ts";
import { decodeBuildStream } from "./decode-build-stream.ts";

export async function buildImage(
  connection: Connection,
  build: ImageBuild,
  options: CallOptions = {},
): Promise<string> {
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
    },
    upload: build.context,
    signal: options.signal,
  });
  return await decodeBuildStream(stream.bytes, build.onOutput);
}
