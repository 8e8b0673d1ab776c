// Makes an image of a tar archive, as `docker import` does: one layer, with whatever the archive has.
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { localRequest } from "./local-request.ts";

/** `reference`: "repository:tag". `changes`: as in a Dockerfile. Rejects with the engine's message. */
export async function importImage(
  endpoint: Pick<Endpoint, "host" | "tls">,
  reference: string,
  archive: Buffer,
  changes: readonly string[] = [],
): Promise<void> {
  const { client, options } = localRequest(endpoint);
  const [repo = "", tag = ""] = reference.split(":");
  const query = new URLSearchParams({ fromSrc: "-", repo, tag });
  for (const change of changes) query.append("changes", change);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const request = client.request(
    { ...options, method: "POST", path: `/images/create?${query}`, agent: false },
    async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    },
  );
  request.on("error", reject);
  request.end(archive);
  const answer = await promise;
  if (answer.includes('"error"') || answer.includes('"message"')) throw new Error(`import: ${answer}`);
}
