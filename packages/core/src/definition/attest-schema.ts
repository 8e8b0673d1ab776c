// Attestations of images as the user may write them: which documents, and the keys of their signatures.
import * as z from "zod";
import { text } from "./schema-values.ts";
import { Secret } from "./secret-schema.ts";

const documents = {
  provenance: z
    .boolean()
    .optional()
    .describe("Attach provenance by SLSA v1: inputs by digest, builder. Default: false."),
  sbom: z
    .boolean()
    .optional()
    .describe("Attach a list of the packages in the image, by CycloneDX 1.6. Default: false."),
};

export const Attest = z
  .strictObject(documents)
  .meta({ id: "Attest", description: "Documents to attach to the image where it is pushed or stored." });

export const AttestSettings = z
  .strictObject({
    ...documents,
    key: Secret.optional().describe(
      "Private key that signs the documents, and new results in the store: PEM, Ed25519 or ECDSA on P-256. Default: no signatures.",
    ),
    builder: text()
      .regex(/^[a-z][a-z0-9+.-]*:\S+$/i, "must be a URI, such as 'https://ci.example/builds'")
      .optional()
      .describe(
        "URI of the builder in provenance. Default: that of the CI's workflow or project, else urn:sti:local.",
      ),
    insecure: z
      .boolean()
      .optional()
      .describe(
        "Whether registries of pushed images speak no TLS, or have certificates that nobody signed. Default: false, except on this machine.",
      ),
  })
  .meta({
    id: "AttestSettings",
    description: "Documents to attach to images where they are pushed or stored, and their signatures.",
  });

/** Keys are checked where they are used: this package has no cryptography of its own. */
export const verify = () => {
  const key = () =>
    text().regex(
      /^(?:(?:ed25519|p256):[A-Za-z0-9+/]+={0,2}|\s*-----BEGIN PUBLIC KEY-----[\s\S]+)$/,
      "must be ed25519:BASE64, p256:BASE64 or a public key in PEM form",
    );
  return z.union([key(), z.array(key()).min(1)]);
};

export type WrittenAttest = z.output<typeof Attest>;
