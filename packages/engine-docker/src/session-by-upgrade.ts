// Owns the older way to BuildKit's session: a call to /session, whose connection becomes the session.
import type { Duplex } from "node:stream";
import { EngineError } from "@sti/core";
import type { Connection } from "./connect.ts";
import type { SessionRequest } from "./engine-request.ts";

/** Statuses of engines without that path: those without BuildKit, and those that removed it. */
const UNKNOWN: ReadonlySet<number | undefined> = new Set([404, 405, 410, 501]);

/** Undefined where the engine has no such path. */
export async function openByUpgrade(
  connection: Connection,
  request: SessionRequest,
): Promise<Duplex | undefined> {
  try {
    return await connection.upgrade({ ...request, method: "POST", path: "/session" }, "h2c");
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.reason === "not-found" || UNKNOWN.has(error.status)) return undefined;
    if (error.status !== undefined && /deprecated|removed/i.test(error.message)) return undefined;
    throw error;
  }
}
