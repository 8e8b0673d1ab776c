import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { listIndexed, OCI_INDEX, OCI_MANIFEST, parseManifest } from "./parse-manifest.ts";

const entry = (platform?: object, annotations?: object) => ({
  mediaType: OCI_MANIFEST,
  digest: digestOf(Buffer.from(JSON.stringify(platform ?? ""))),
  size: 1,
  platform,
  annotations,
});

test("images of an index are all entries but those for no platform at all", () => {
  const attestation = { "vnd.docker.reference.type": "attestation-manifest" };
  const manifests = [
    entry({ os: "linux", architecture: "arm64", variant: "v8" }),
    entry({ os: "unknown", architecture: "unknown" }, attestation),
    // The annotation is a claim: an engine would take the image.
    entry({ os: "linux", architecture: "amd64" }, attestation),
    entry(),
  ];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  const parsed = parseManifest(bytes, OCI_INDEX);
  if ("problem" in parsed) throw new Error(parsed.problem);
  expect(listIndexed(parsed)?.map(({ platform }) => platform)).toEqual(["linux/arm64/v8", "linux/amd64", ""]);
});
