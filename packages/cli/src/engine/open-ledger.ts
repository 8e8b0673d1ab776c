// Opens the ledger of an engine, shared by all sessions of this user on this machine.
import { createHash } from "node:crypto";
import type { Ledger } from "@sti/core";
import { createLedgerFiles } from "@sti/source";
import { isDeadOwner } from "../process/session-owner.ts";
import { cacheFolder } from "../project/cache-folder.ts";

/** `engine`: its id, else its address. */
export function openLedger({
  engine,
  env,
}: {
  readonly engine: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Ledger {
  const name = createHash("sha256").update(engine).digest("hex").slice(0, 16);
  return { files: createLedgerFiles(cacheFolder(env).folder("engines").folder(name)), isDead: isDeadOwner };
}
