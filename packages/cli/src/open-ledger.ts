// Where the ledger of an engine is, for all sessions of this user on this machine.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Ledger } from "@sti/core";
import { createLedgerFiles } from "@sti/source";
import { cacheDirectory } from "./cache-directory.ts";
import { isDeadOwner } from "./session-owner.ts";

/** `engine`: its id, else its address. */
export function openLedger({
  engine,
  env,
}: {
  readonly engine: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Ledger {
  const name = createHash("sha256").update(engine).digest("hex").slice(0, 16);
  return { files: createLedgerFiles(join(cacheDirectory(env), "engines", name)), isDead: isDeadOwner };
}
