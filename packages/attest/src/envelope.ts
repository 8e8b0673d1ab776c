// DSSE envelopes: a payload with its type and signatures. Envelopes come from registries, so nothing in them is trusted.
import { asObject, asText } from "@sti/registry/json-fields";
import type { SigningKey, VerificationKey } from "./keys.ts";

export const ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json";
/** More signatures are not looked at. */
const MOST_SIGNATURES = 16;

export interface Envelope {
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyId: string; readonly signature: Buffer }[];
}

export function signEnvelope(payload: Uint8Array, payloadType: string, key: SigningKey): Uint8Array {
  const signature = key.sign(preAuthentication(payload, payloadType));
  return Buffer.from(
    JSON.stringify({
      payload: Buffer.from(payload).toString("base64"),
      payloadType,
      signatures: [{ keyid: key.public.id, sig: Buffer.from(signature).toString("base64") }],
    }),
  );
}

/** Undefined for bytes that are no envelope. */
export function parseEnvelope(bytes: Uint8Array): Envelope | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
  const { payload, payloadType, signatures } = asObject(json);
  if (typeof payload !== "string" || typeof payloadType !== "string" || !Array.isArray(signatures)) {
    return undefined;
  }
  return {
    payload: Buffer.from(payload, "base64"),
    payloadType,
    signatures: signatures.slice(0, MOST_SIGNATURES).map((entry) => {
      const { keyid, sig } = asObject(entry);
      return { keyId: asText(keyid), signature: Buffer.from(asText(sig), "base64") };
    }),
  };
}

/** The key that has signed the envelope, of those that are trusted. The names of keys in it are only hints. */
export function findSigner(
  { payload, payloadType, signatures }: Envelope,
  keys: readonly VerificationKey[],
): VerificationKey | undefined {
  const message = preAuthentication(payload, payloadType);
  return keys.find((key) => signatures.some(({ signature }) => key.verify(message, signature)));
}

/** The signed bytes, by the specification of DSSE 1.0. */
function preAuthentication(payload: Uint8Array, payloadType: string): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
