// Keys for signatures: Ed25519 and ECDSA on P-256, with node:crypto. Where they come from is decided elsewhere.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";

/** A public key. */
export interface VerificationKey {
  /** sha256 of its DER form, hex: it names the key in envelopes. */
  readonly id: string;
  /** As configs and command lines have it: "ed25519:BASE64", "p256:BASE64". */
  readonly text: string;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** A private key with its public one. */
export interface SigningKey {
  readonly public: VerificationKey;
  sign(message: Uint8Array): Uint8Array;
}

/** Bytes of a P-256 point, uncompressed, with its leading 4. */
const POINT = 65;

/** `written`: PEM of PKCS #8 or SEC 1. The problem follows "the key" and never has a part of it. */
export function parseSigningKey(written: Uint8Array): SigningKey | { readonly problem: string } {
  let key: KeyObject;
  try {
    key = createPrivateKey(Buffer.from(written));
  } catch {
    return { problem: "is no private key in PEM form without a passphrase" };
  }
  const hashed = digestName(key);
  if (hashed === undefined) return { problem: "is neither Ed25519 nor ECDSA on P-256" };
  return {
    public: describePublic(createPublicKey(key)),
    sign: (message) => sign(hashed.digest, message, key),
  };
}

/** `written`: "ed25519:BASE64", "p256:BASE64", or a public key in PEM form. The problem follows "the key". */
export function parseVerificationKey(written: string): VerificationKey | { readonly problem: string } {
  try {
    const key = written.includes("-----BEGIN") ? readPem(written) : readText(written);
    if (key !== undefined && digestName(key) !== undefined) return describePublic(key);
  } catch {
    // Node's words are about ASN.1.
  }
  return { problem: "is none of ed25519:BASE64, p256:BASE64, or a public key in PEM form" };
}

/** A new pair; `pem` is the private key. */
export function generateSigningKey(): { readonly pem: string; readonly public: VerificationKey } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    public: describePublic(publicKey),
  };
}

/** A private key is refused: it must not be where public ones are expected. */
function readPem(written: string): KeyObject | undefined {
  return written.includes("PRIVATE KEY") ? undefined : createPublicKey(written);
}

function readText(written: string): KeyObject | undefined {
  const [, kind, base64 = ""] = /^(ed25519|p256):([A-Za-z0-9+/]+={0,2})$/.exec(written.trim()) ?? [];
  const bytes = Buffer.from(base64, "base64");
  const part = (from: number, to: number) => bytes.subarray(from, to).toString("base64url");
  if (kind === "ed25519" && bytes.length === 32) {
    return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: part(0, 32) } });
  }
  if (kind !== "p256" || bytes.length !== POINT || bytes[0] !== 4) return undefined;
  return createPublicKey({
    format: "jwk",
    key: { kty: "EC", crv: "P-256", x: part(1, 33), y: part(33, POINT) },
  });
}

function describePublic(key: KeyObject): VerificationKey {
  const der = key.export({ type: "spki", format: "der" });
  const { kty, x = "", y = "" } = key.export({ format: "jwk" });
  const bytes = [x, y].map((text) => Buffer.from(text, "base64url"));
  return {
    id: createHash("sha256").update(der).digest("hex"),
    text:
      kty === "OKP"
        ? `ed25519:${Buffer.concat(bytes).toString("base64")}`
        : `p256:${Buffer.concat([Buffer.of(4), ...bytes]).toString("base64")}`,
    verify: (message, signature) => verify(digestName(key)?.digest, message, key, signature),
  };
}

/** Undefined for a key of another kind; Ed25519 hashes by itself. */
function digestName(key: KeyObject): { readonly digest: "sha256" | null } | undefined {
  if (key.asymmetricKeyType === "ed25519") return { digest: null };
  const isP256 = key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
  return isP256 ? { digest: "sha256" } : undefined;
}
