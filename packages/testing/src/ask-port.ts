// A request to a port of this machine on a connection of its own.
import { get } from "node:http";

/** The body of the answer to a `GET`. Rejects if there is no answer or it is cut. */
export function askPort(port: number | undefined, path = "/"): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("end", () => resolve(text)).on("error", reject);
  }).on("error", reject);
  return promise;
}
