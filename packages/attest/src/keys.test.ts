import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findSigner, parseEnvelope, signEnvelope } from "./envelope.ts";
import { generateSigningKey, parseSigningKey, parseVerificationKey, type SigningKey } from "./keys.ts";

function keyOf(pem: string): SigningKey {
  const key = parseSigningKey(Buffer.from(pem));
  if ("problem" in key) throw new Error(key.problem);
  return key;
}

function pemOf(kind: "ed25519" | "p256"): { readonly pem: string; readonly publicPem: string } {
  const pair =
    kind === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    pem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicPem: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

test.each(["ed25519", "p256"] as const)(
  "a key of the kind %s signs, and its public form in each spelling verifies",
  (kind) => {
    const { pem, publicPem } = pemOf(kind);
    const key = keyOf(pem);
    expect(key.public.text).toMatch(new RegExp(`^${kind}:`));
    const envelope = parseEnvelope(signEnvelope(Buffer.from("payload"), "type", key));
    if (envelope === undefined) throw new Error("no envelope");
    expect(envelope.signatures).toEqual([expect.objectContaining({ keyId: key.public.id })]);
    for (const written of [key.public.text, publicPem]) {
      const read = parseVerificationKey(written);
      if ("problem" in read) throw new Error(read.problem);
      expect(read.id).toBe(key.public.id);
      expect(findSigner(envelope, [read])).toBe(read);
    }
    const other = keyOf(pemOf(kind).pem).public;
    expect(findSigner(envelope, [other])).toBeUndefined();
    expect(findSigner({ ...envelope, payloadType: "other" }, [key.public])).toBeUndefined();
    expect(findSigner({ ...envelope, payload: Buffer.from("Payload") }, [key.public])).toBeUndefined();
  },
);

test("a generated key can be read again", () => {
  const made = generateSigningKey();
  expect(keyOf(made.pem).public.text).toBe(made.public.text);
});

test("what is no key is refused without a word of it", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const locked = generateKeyPairSync("ed25519").privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  for (const text of ["secret-text", "", rsa.toString(), locked.toString()]) {
    const read = parseSigningKey(Buffer.from(text));
    expect(read).toEqual({ problem: expect.stringMatching(/^is (?:no private key|neither)/) });
  }
  const written = [
    "",
    "ed25519:",
    "ed25519:AAAA",
    `p256:${Buffer.alloc(65, 4).toString("base64")}`,
    pemOf("p256").pem,
  ];
  for (const text of written) expect(parseVerificationKey(text)).toEqual({ problem: expect.any(String) });
});

test("bytes of any kind are no envelope, or one that nobody has signed", () => {
  const { public: key } = generateSigningKey();
  const envelopes = fc.record({
    payload: fc.string(),
    payloadType: fc.string(),
    signatures: fc.array(fc.oneof(fc.record({ keyid: fc.string(), sig: fc.base64String() }), fc.jsonValue())),
  });
  const anything = fc.oneof(
    fc.uint8Array(),
    fc.json().map(Buffer.from),
    envelopes.map((one) => Buffer.from(JSON.stringify(one))),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      const envelope = parseEnvelope(bytes);
      expect(envelope && findSigner(envelope, [key])).toBeUndefined();
    }),
  );
});
