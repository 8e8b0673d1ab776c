import { expect, test } from "vitest";
import { type JudgedImage, printAttestations, toAttestDocument } from "./attest-report.ts";

const SBOM = "https://cyclonedx.org/bom";
const shown = { action: "verify", repository: "acme/api", types: [SBOM] } as const;

/** An image with an SBOM that counts, or with nothing. */
const image = (digest: string, isVerified: boolean): JudgedImage => ({
  digest,
  judgement: {
    isVerified,
    missing: isVerified ? [] : [SBOM],
    documents: isVerified
      ? [
          {
            found: {
              predicateType: SBOM,
              keyIds: ["k"],
              signer: undefined,
              subjects: [digest],
              statement: {},
            },
            problem: undefined,
          },
        ]
      : [],
  },
});
const part = (platform: string, isVerified: boolean) => ({ platform, ...image(platform, isVerified) });
const verify = (own: boolean, ...images: readonly boolean[]) =>
  toAttestDocument(
    { ...image("index", own), images: images.map((is, index) => part(`linux/${index}`, is)) },
    shown,
  );

test.each([
  [false, [true, true], true],
  [false, [true, false], false],
  [false, [], false],
  [true, [false], true],
])("an index with documents of its own: %s, of its images: %j, is verified: %s", (own, images, expected) => {
  const document = verify(own, ...images);
  expect(document.verified).toBe(expected);
  expect(document.missing).toEqual(expected ? [] : ["sbom"]);
});

test("each image of an index is printed under its platform", () => {
  expect(printAttestations(verify(false, true, false))).toBe(`acme/api@index
linux/0
  acme/api@linux/0
  sbom  signed by key k, not checked
linux/1
  acme/api@linux/1
  no attestations
not verified: no valid document of the type sbom
`);
  expect(printAttestations(toAttestDocument({ ...image("one", false), images: undefined }, shown))).toBe(
    "acme/api@one\nno attestations\nnot verified: no valid document of the type sbom\n",
  );
});
