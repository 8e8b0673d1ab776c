// Access to the server of a live page: only the page itself has it, by its token. Other pages in the same browser can send
// requests to this machine, too, and a name of theirs may lead here (DNS rebinding).
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface RequestRules {
  /** Of the server. */
  readonly port: number;
  readonly token: string;
}

/** Undefined: it may. Else the status and the reason. */
export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly reason: string;
}

/** `access`: who is served. "everybody" still has to name this server as the host. */
export function checkRequest(
  request: Pick<IncomingMessage, "headers">,
  { port, token }: RequestRules,
  access: "everybody" | "same-origin" | "token",
): Refusal | undefined {
  const { authorization = "", host, origin } = request.headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host))
    return { status: 421, reason: "not the host of this server" };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: "from another origin" };
  const site = request.headers["sec-fetch-site"];
  if (access !== "everybody" && site !== undefined && site !== "same-origin")
    return { status: 403, reason: "from another site" };
  if (access === "token" && !isToken(authorization, token))
    return { status: 401, reason: "without the token" };
  return undefined;
}

/** In a time that does not depend on what is right about it. */
function isToken(authorization: string, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
