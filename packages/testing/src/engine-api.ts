// Plain calls to the engine's HTTP API, for what the product itself never does: looking at everything, running results.
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { localRequest } from "./local-request.ts";

export interface ApiAnswer {
  readonly status: number;
  /** The parsed body; text where it is not JSON. */
  readonly body: unknown;
}

/** `path` with its query, e.g. "/containers/json?all=1". */
export async function callEngine(
  endpoint: Pick<Endpoint, "host" | "tls">,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const { client, options } = localRequest(endpoint);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
  const request = client.request(
    {
      ...options,
      method,
      path,
      agent: false,
      headers: { ...options.headers, ...(text === undefined ? {} : { "content-type": "application/json" }) },
    },
    async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString("utf8")) });
    },
  );
  request.on("error", reject);
  request.end(text);
  return await promise;
}

/** The whole body of a GET as it comes, e.g. of "/images/NAME/get"; rejects for any status but 200. */
export async function readBytes(endpoint: Pick<Endpoint, "host" | "tls">, path: string): Promise<Buffer> {
  const { client, options } = localRequest(endpoint);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const request = client.get({ ...options, path, agent: false }, async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    if (response.statusCode === 200) resolve(Buffer.concat(chunks));
    else reject(new Error(`GET ${path}: ${response.statusCode}`));
  });
  request.on("error", reject);
  return await promise;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
