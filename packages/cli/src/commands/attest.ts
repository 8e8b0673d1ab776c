// `sti attest`: prints and verifies the documents that are attached to an image in a registry, and makes keys.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseImageReference, RegistryError } from "@sti/core";
import { type AttachedDocuments, readAttestations } from "../engine/read-attestations.ts";
import { readVerificationKeys } from "../engine/read-verification-keys.ts";
import { type AttestDocument, printAttestations, toAttestDocument } from "../print/attest-report.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export type AttestAction = "show" | "verify" | "keygen";

export interface AttestOptions {
  /** Public keys, or files with them. */
  readonly key?: readonly string[];
  /** "provenance", "sbom" or a URI. */
  readonly type?: readonly string[];
  readonly insecure?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `subject`: an image, of keygen a file. Resolves to the exit code: 1 if an image is not verified. */
export async function runAttest(
  action: AttestAction,
  subject: string,
  options: AttestOptions,
  context: CommandContext,
): Promise<number> {
  if (action === "keygen") return await makeKey(subject, options, context);
  const { key = [], type = [] } = options;
  if (action === "verify" && key.length === 0) {
    return refuse(
      "verify needs the public key of the signatures: --key ed25519:… or --key FILE",
      exitCodes.usage,
      context,
    );
  }
  const parsed = parseImageReference(subject);
  if ("problem" in parsed) {
    return refuse(`${subject} is not an image reference: it ${parsed.problem}`, exitCodes.usage, context);
  }
  const keys = await readVerificationKeys(key, context);
  if ("problem" in keys) return refuse(keys.problem, exitCodes.usage, context);
  try {
    const { repository } = parsed.reference;
    const { insecure = false } = options;
    const found = await readAttestations(parsed.reference, { insecure }, context);
    if (found === undefined)
      return refuse(`${subject} does not exist in its registry`, exitCodes.environment, context);
    const { judgeDocuments, readPredicateType } = await import("@sti/attest");
    const required = type.map(readPredicateType);
    const judge = ({ attached, digest }: AttachedDocuments) => ({
      digest,
      judgement: judgeDocuments(attached, { keys, required, subject: digest }),
    });
    const judged = {
      ...judge(found),
      images: found.images?.map((image) => ({ ...judge(image), platform: image.platform })),
    };
    const document = toAttestDocument(judged, { action, repository, types: required });
    return report(document, action, options, context);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return refuse(`${subject}: ${error.message}`, exitCodes.environment, context);
  }
}

function report(
  document: AttestDocument,
  action: AttestAction,
  { json = false, quiet = false }: AttestOptions,
  { stdout }: CommandContext,
): number {
  const isGood = action === "show" || document.verified === true;
  if (json) stdout.write(formatJson(document, 2));
  else if (!quiet || !isGood) stdout.write(printAttestations(document));
  return isGood ? exitCodes.done : exitCodes.targetFailed;
}

/** Never replaces a file: a lost private key cannot be had again. */
async function makeKey(
  written: string,
  { json = false, quiet = false }: AttestOptions,
  context: CommandContext,
): Promise<number> {
  const { cwd, stdout } = context;
  const file = resolve(cwd, written);
  if (json) return refuse("keygen has no JSON output", exitCodes.usage, context);
  const { generateSigningKey } = await import("@sti/attest");
  const { pem, public: key } = generateSigningKey();
  try {
    await writeFile(file, pem, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return refuse(`${written} exists already`, exitCodes.usage, context);
    }
    return refuse(
      `${written} cannot be written: ${(error as Error).message}`,
      exitCodes.environment,
      context,
    );
  }
  const lines = [`private key: ${written} (keep it secret)`, `public key: ${key.text}`];
  stdout.write(`${(quiet ? [key.text] : lines).map(sanitizeLine).join("\n")}\n`);
  return exitCodes.done;
}

function refuse(message: string, exitCode: number, { stderr }: CommandContext): number {
  stderr.write(`sti: ${sanitizeLine(message)}\n`);
  return exitCode;
}
