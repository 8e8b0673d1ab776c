import fc from "fast-check";
import { expect, test } from "vitest";
import { aBuild, anImage, goProgram, visitTar } from "../test/builds.ts";
import { rpmDatabase, rpmPackage } from "../test/rpm.ts";
import { checkProvenance, checkStatement, cycloneDxCheck } from "../test/schemas.ts";
import { createAttester } from "./create-attester.ts";

const builder = { id: "https://ci.example/acme", invocation: "https://ci.example/acme/1", version: "1.2.3" };
const attester = createAttester({ key: undefined, builder, visitFiles: visitTar });

const problemsOf = cycloneDxCheck();

const FILES = [
  { name: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\n' },
  {
    name: "var/lib/dpkg/status",
    content: [
      "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9\nDescription: C\n Version: none",
      "Package: removed\nStatus: deinstall ok config-files\nVersion: 1",
      "Package: dash\nStatus: install ok installed\nVersion: 0.5\nArchitecture: amd64",
    ].join("\n\n"),
  },
  { name: "var/lib/dpkg/status.d/tzdata", content: "Package: tzdata\nVersion: 2025b-1\nArchitecture: all\n" },
  { name: "var/lib/dpkg/status.d/tzdata.md5sums", content: "Package: none" },
  {
    name: "lib/apk/db/installed",
    content: "P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\nP:libssl3\nV:3.3.0-r2\no:openssl\n",
  },
  { name: "app/node_modules/express/package.json", content: '{"name":"express","version":"4.21.0"}' },
  { name: "app/node_modules/@types/node/package.json", content: '{"name":"@types/node","version":"24.0.0"}' },
  { name: "app/node_modules/express/lib/package.json", content: '{"name":"inner","version":"1.0.0"}' },
  { name: "app/package.json", content: '{"name":"own","version":"1.0.0"}' },
  {
    name: "usr/lib/python3/site-packages/Flask-3.0.dist-info/METADATA",
    content: "Name: Flask\nVersion: 3.0\n\nName: no\n",
  },
  {
    name: "usr/bin/server",
    content: goProgram({
      modules:
        "path\tacme/server\nmod\tacme/server\t(devel)\t\ndep\tgolang.org/x/net\tv0.30.0\th1:x=\ndep\told/one\tv1.0.0\n=>\tnew/one\tv2.0.0\th1:y=\n",
    }),
  },
];

test("provenance names inputs by digest and parameters without values", async () => {
  const { documents } = await attester.makeDocuments(anImage(FILES));
  const statement = contentOf(documents[0]);
  expect(checkStatement(statement)).toEqual([]);
  expect(checkProvenance(statement.predicate)).toEqual([]);
  expect(statement.subject).toEqual([
    { name: "registry.example/acme/api", digest: { sha256: "d".repeat(64) } },
  ]);
  const { buildDefinition, runDetails } = statement.predicate;
  expect(buildDefinition.externalParameters).toMatchObject({
    target: "api",
    env: ["PORT"],
    buildEnv: ["NPM_REGISTRY"],
    secrets: ["npm-token"],
    labels: ["maintainer"],
  });
  expect(JSON.stringify(statement)).not.toMatch(/digest-of|somebody/);
  expect(buildDefinition.resolvedDependencies).toEqual([
    { name: "source", uri: "urn:sti:source", digest: { stiSource: "5".repeat(64) } },
    { name: "commit", uri: "git+https://git.example/acme/shop", digest: { gitCommit: "1".repeat(40) } },
    {
      name: "build-image acme/builder:1",
      uri: `oci://registry.example/acme/builder@sha256:${"b".repeat(64)}`,
      digest: { sha256: "b".repeat(64), stiIdentity: "sha256:i" },
    },
    { name: "runtime-image base", uri: "urn:sti:image:base", digest: { stiIdentity: "sha256:k" } },
    { name: "target base", uri: "urn:sti:image:base", digest: { stiIdentity: "sha256:j" } },
    { name: "dependency layer", uri: "urn:sti:dependency-layer", digest: { stiKey: "a".repeat(64) } },
  ]);
  expect(runDetails).toMatchObject({
    builder: { id: builder.id, version: { sti: "1.2.3" } },
    metadata: { invocationId: builder.invocation, startedOn: "2023-11-14T22:13:20.000Z" },
  });
});

test("a result of an earlier session has provenance without times", async () => {
  const { documents } = await attester.makeDocuments(
    anImage([], aBuild({ time: undefined, commit: undefined })),
  );
  const { predicate } = contentOf(documents[0]);
  expect(checkProvenance(predicate)).toEqual([]);
  expect(predicate.runDetails.metadata).toEqual({ invocationId: builder.invocation });
});

test("a bill of materials has the packages of each kind, and is valid by the published schema", async () => {
  const { documents, notes } = await attester.makeDocuments(anImage(FILES));
  const statement = contentOf(documents[1]);
  expect(checkStatement(statement)).toEqual([]);
  expect(problemsOf(statement.predicate)).toEqual([]);
  expect(purlsOf(statement)).toEqual([
    "pkg:apk/debian/libssl3@3.3.0-r2?distro=debian-12&upstream=openssl",
    "pkg:apk/debian/musl@1.2.5-r0?arch=x86_64&distro=debian-12",
    "pkg:deb/debian/dash@0.5?arch=amd64&distro=debian-12",
    "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc%402.36-9",
    "pkg:deb/debian/tzdata@2025b-1?arch=all&distro=debian-12",
    "pkg:golang/acme/server",
    "pkg:golang/golang.org/x/net@v0.30.0",
    "pkg:golang/new/one@v2.0.0",
    "pkg:golang/stdlib@1.24.2",
    "pkg:npm/%40types/node@24.0.0",
    "pkg:npm/express@4.21.0",
    "pkg:pypi/flask@3.0",
  ]);
  expect(statement.predicate.components).toContainEqual({
    type: "operating-system",
    "bom-ref": "distribution",
    name: "debian",
    version: "12",
  });
  expect(notes).toEqual([]);
  // The same image has the same document.
  const again = await createAttester({ key: undefined, builder, visitFiles: visitTar }).makeDocuments(
    anImage(FILES),
  );
  expect(again.documents[1]).toEqual(documents[1]);
});

test("an image is read once, and once more where a manifest's content comes under another name", async () => {
  const plain = createAttester({ key: undefined, builder, visitFiles: visitTar });
  const image = anImage(FILES);
  await plain.makeDocuments(image);
  await plain.makeDocuments({ ...image, subject: { ...image.subject, name: "other" } });
  expect(image.reads).toEqual(["export"]);
  const linked = anImage([
    { name: "a-store/1", content: '{"name":"linked","version":"1.0.0"}' },
    { name: "app/node_modules/linked/package.json", type: "1", link: "a-store/1" },
  ]);
  const fresh = createAttester({ key: undefined, builder, visitFiles: visitTar });
  const { documents } = await fresh.makeDocuments(linked);
  expect(purlsOf(contentOf(documents[1]))).toEqual(["pkg:npm/linked@1.0.0"]);
  expect(linked.reads).toEqual(["export", "export"]);
});

test("what cannot be read is in the document and in a note", async () => {
  const fresh = createAttester({ key: undefined, builder, visitFiles: visitTar });
  const hostile = anImage([
    { name: "var/lib/rpm/Packages", content: "x" },
    { name: "usr/lib/sysimage/rpm/rpmdb.sqlite", content: "x" },
    { name: "usr/lib/sysimage/rpm/rpmdb.sqlite-wal", content: "x" },
    { name: "a/node_modules/b/package.json", content: `{"name":"\\u001b[31mb","version":"1"}` },
    { name: "a/node_modules/c/package.json", content: Buffer.alloc(2 * 1024 ** 2, "[") },
    { name: "a/node_modules/d/package.json", content: "[".repeat(1000_000) },
    { name: "a/node_modules/e/package.json", content: '{"name":["e"]}' },
    { name: "x.dist-info/METADATA", content: "Name:\n\n" },
    { name: "usr/bin/go", content: goProgram({ modules: "", at: 64 * 1024 + 8 }) },
    {
      name: "usr/bin/cut",
      content: goProgram({ modules: "dep\ta\tb\n" })
        .subarray(0, 64 * 1024 + 40)
        .fill(0xff, 70_000),
    },
  ]);
  const { documents, notes } = await fresh.makeDocuments(hostile);
  const { predicate } = contentOf(documents[1]);
  expect(problemsOf(predicate)).toEqual([]);
  expect(purlsOf({ predicate })).toEqual([]);
  expect(notes).toEqual([
    `its SBOM lacks ${[
      "packages of RPM in var/lib/rpm/Packages, which is damaged (not a hash of Berkeley DB)",
      "packages of RPM in usr/lib/sysimage/rpm/rpmdb.sqlite, which is damaged (not a database of SQLite)",
      "packages of RPM in usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
      "packages with names or versions that are none",
      "a/node_modules/c/package.json, which is too large",
    ].join("; ")}`,
  ]);
  expect(predicate.metadata.properties).toContainEqual({
    name: "sti:not-read",
    value: "packages of RPM in var/lib/rpm/Packages, which is damaged (not a hash of Berkeley DB)",
  });
});

test("packages of RPM have the names that package URLs have", async () => {
  const curl = rpmPackage("curl", [
    [1003, 1],
    [1014, "MIT"],
  ]);
  const image = anImage([
    { name: "etc/os-release", content: 'ID="rhel"\nVERSION_ID="10.1"\n' },
    { name: "var/lib/rpm/rpmdb.sqlite", content: rpmDatabase([curl, rpmPackage("bash")]) },
  ]);
  const { documents, notes } = await fresh().makeDocuments(image);
  const { predicate } = contentOf(documents[1]);
  expect(problemsOf(predicate)).toEqual([]);
  expect(notes).toEqual([]);
  expect(purlsOf({ predicate })).toEqual([
    "pkg:rpm/redhat/bash@1.5-3.fc40?arch=x86_64&distro=rhel-10.1",
    "pkg:rpm/redhat/curl@1.5-3.fc40?arch=x86_64&distro=rhel-10.1&epoch=1",
  ]);
  expect(predicate.components).toContainEqual(
    expect.objectContaining({ name: "curl", version: "1:1.5-3.fc40", licenses: [MIT] }),
  );
});

/** Packages of an image are remembered. */
const fresh = () => createAttester({ key: undefined, builder, visitFiles: visitTar });
const NPM = "app/node_modules/a/package.json";
const PYTHON = "a.dist-info/METADATA";
const APK = "lib/apk/db/installed";
const npm = (more: object) => JSON.stringify({ name: "a", version: "1.0.0", ...more });
const MIT = { license: { id: "MIT" } };

test.each([
  [NPM, npm({ license: "MIT" }), [MIT]],
  [NPM, npm({ license: "(MIT OR Apache-2.0)" }), [{ expression: "(MIT OR Apache-2.0)" }]],
  [NPM, npm({ license: { type: "MIT" } }), [MIT]],
  [
    NPM,
    npm({ licenses: [{ type: "MIT" }, { type: "A licence" }] }),
    [{ license: { name: "A licence" } }, MIT],
  ],
  [NPM, npm({ license: "SEE LICENSE IN terms.txt" }), [{ license: { name: "SEE LICENSE IN terms.txt" } }]],
  [NPM, npm({ license: "mit\n " }), [MIT]],
  [NPM, npm({ license: ["MIT"] }), undefined],
  [PYTHON, "Name: a\nVersion: 1\nLicense: whole text\nLicense-Expression: MIT\n", [MIT]],
  [PYTHON, "Name: a\nVersion: 1\nLicense: BSD\n", [{ license: { name: "BSD" } }]],
  [
    PYTHON,
    "Name: a\nVersion: 1\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n",
    [{ license: { name: "MIT License" } }],
  ],
  [APK, "P:a\nV:1\nL:GPL-2.0-only AND MIT\n", [{ expression: "GPL-2.0-only AND MIT" }]],
  [APK, "P:a\nV:1\nL:custom\n", [{ license: { name: "custom" } }]],
  [APK, "P:a\nV:1\nL:__proto__\n", [{ license: { name: "__proto__" } }]],
  [NPM, npm({ license: "Constructor" }), [{ license: { name: "Constructor" } }]],
])("the licences in %s %j are in the bill of materials", async (name, content, licenses) => {
  const { documents, notes } = await fresh().makeDocuments(anImage([{ name, content }]));
  const { predicate } = contentOf(documents[1]);
  expect(problemsOf(predicate)).toEqual([]);
  expect(predicate.components[0].licenses).toEqual(licenses);
  expect(notes).toEqual([]);
});

test("whatever stands in the place of a licence, the document is valid, and what it lacks is in a note", async () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc
      .array(fc.constantFrom("(", ")", "MIT", "AND", "OR", "WITH", "+", " "), { maxLength: 200 })
      .map((all) => all.join(" ")),
  );
  await fc.assert(
    fc.asyncProperty(line, async (license) => {
      const { documents } = await fresh().makeDocuments(anImage([{ name: NPM, content: npm({ license }) }]));
      expect(problemsOf(contentOf(documents[1]).predicate)).toEqual([]);
    }),
    { numRuns: 60 },
  );
  const { notes } = await fresh().makeDocuments(
    anImage([{ name: NPM, content: npm({ license: "x".repeat(600) }) }]),
  );
  expect(notes).toEqual(["its SBOM lacks licences that are no short lines of text"]);
});

test("a target that asks for one document gets one, and the files are not read for provenance", async () => {
  const build = aBuild();
  const target = { ...build.target, attest: { provenance: true, sbom: false } };
  const image = anImage(FILES, { ...build, target });
  const { documents } = await attester.makeDocuments(image);
  expect(documents.map(({ annotations }) => annotations)).toEqual([
    { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v1" },
  ]);
  expect(image.reads).toEqual([]);
});

// biome-ignore lint/suspicious/noExplicitAny: its schema is checked
function contentOf(document: { readonly bytes: Uint8Array } | undefined): any {
  return JSON.parse(Buffer.from(document?.bytes ?? []).toString());
}

function purlsOf(statement: { predicate: { components?: readonly { purl?: string }[] } }): readonly string[] {
  return (statement.predicate.components ?? []).flatMap(({ purl }) => purl ?? []).sort();
}
