// Signatures of results in a shared store: "this manifest is the result of this key". One of another image, of another
// key, or of another stage of the same build is none.
import { type Attachment, INLINE_ANNOTATION, type ResultClaim } from "@sti/core";
import { asObject } from "@sti/registry/json-fields";
import { ENVELOPE_TYPE, findSigner, parseEnvelope, signEnvelope } from "./envelope.ts";
import type { SigningKey, VerificationKey } from "./keys.ts";
import { parseShallowJson } from "./parse-shallow-json.ts";

/** The kind of document. */
export const RESULT_SIGNATURE = "application/vnd.sti.result-signature.v1+json";

export function signResult({ digest, key, stage }: ResultClaim, signer: SigningKey): Attachment {
  const claim = Buffer.from(JSON.stringify({ key, stage, digest }));
  const bytes = signEnvelope(claim, RESULT_SIGNATURE, signer);
  const annotations = { [INLINE_ANNOTATION]: Buffer.from(bytes).toString() };
  return { artifactType: RESULT_SIGNATURE, mediaType: ENVELOPE_TYPE, bytes, annotations };
}

/** Whether one of the documents is a signature of the claim by one of the keys. */
export function isResultSigned(
  claim: ResultClaim,
  attached: readonly Pick<Attachment, "bytes">[],
  keys: readonly VerificationKey[],
): boolean {
  return attached.some(({ bytes }) => {
    const envelope = parseEnvelope(bytes);
    if (envelope?.payloadType !== RESULT_SIGNATURE || findSigner(envelope, keys) === undefined) return false;
    const { digest, key, stage } = asObject(parseShallowJson(envelope.payload));
    return digest === claim.digest && key === claim.key && stage === claim.stage;
  });
}
