// Builds a Dockerfile as `docker build` does, by the engine's API alone: what people had before they used sti.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { packTar } from "modern-tar";
import { localRequest } from "./local-request.ts";

/** The options of `docker build`. Ignore files are not applied. */
export interface DockerfileBuild {
  /** Folder, absolute. */
  readonly context: string;
  readonly tags: readonly string[];
  /** Relative to the context. Default: Dockerfile. */
  readonly dockerfile?: string | undefined;
  readonly target?: string | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Rejects with the engine's output if the build fails. */
export async function buildDockerfile(
  endpoint: Pick<Endpoint, "host" | "tls">,
  { context, tags, dockerfile = "Dockerfile", target, args = {}, labels = {} }: DockerfileBuild,
): Promise<void> {
  const { client, options } = localRequest(endpoint);
  const query = new URLSearchParams({
    version: "2",
    dockerfile,
    buildargs: JSON.stringify(args),
    labels: JSON.stringify(labels),
    ...(target === undefined ? {} : { target }),
  });
  for (const tag of tags) query.append("t", tag);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const request = client.request(
    {
      ...options,
      method: "POST",
      path: `/build?${query}`,
      agent: false,
      headers: { ...options.headers, "content-type": "application/x-tar" },
    },
    async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString("utf8");
      if (response.statusCode === 200 && !text.includes('"error"')) resolve(text);
      else reject(new Error(`build of ${context}: ${text}`));
    },
  );
  request.on("error", reject);
  request.end(await packTar(entriesOf(context)));
  await promise;
}

function entriesOf(context: string) {
  return readdirSync(context, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(context, name)).isFile())
    .sort()
    .map((name) => {
      const body = readFileSync(join(context, name));
      // A checkout has whatever modes the umask allows.
      const mode = (statSync(join(context, name)).mode & 0o100) === 0 ? 0o644 : 0o755;
      return { header: { name, size: body.length, type: "file" as const, mode, mtime: new Date(0) }, body };
    });
}
