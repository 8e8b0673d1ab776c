import { expect, test } from "vitest";
import { aBuild, anImage, visitTar } from "../../test/builds.ts";
import { cycloneDxCheck } from "../../test/schemas.ts";
import { createAttester } from "../create-attester.ts";
import { readDebianCopyright, toExpression } from "./debian-licenses.ts";

const problemsOf = cycloneDxCheck();
const copyright = (...licenses: readonly string[]) =>
  [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: a",
    ...licenses.map(
      (name, index) => `Files: part${index}/*\nCopyright: somebody\nLicense: ${name}\n Its text.`,
    ),
    "License: unused\n Its text.",
  ].join("\n\n");

test.each([
  ["Expat", "MIT"],
  ["ZLIB", "Zlib"],
  ["GPL-2+", "GPL-2.0-or-later"],
  ["GPL-3", "GPL-3.0-only"],
  ["LGPL-2.1+", "LGPL-2.1-or-later"],
  ["GPLv2+", "GPL-2.0-or-later"],
  ["GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"],
  ["MPL-1.1 or GPL-2+ or LGPL-2.1+", "MPL-1.1 OR GPL-2.0-or-later OR LGPL-2.1-or-later"],
  ["BSD-3-clause and Expat", "BSD-3-Clause AND MIT"],
  // No version, an unknown one, an exception, precedence by commas.
  ["GPL", "GPL"],
  ["GPL-9+", "GPL-9+"],
  ["Artistic", "Artistic"],
  ["GPL-2+ with OpenSSL exception", "GPL-2+ with OpenSSL exception"],
  ["GPL-2 or Expat, and ISC", "GPL-2 or Expat, and ISC"],
  ["and", "and"],
])("the expression for Debian's %s is %s", (written, expected) => {
  expect(toExpression(written)).toBe(expected);
});

test("each licence of a package's files is there once, as it is written", () => {
  const text = copyright("Expat", "GPL-2+ or ISC", "Expat");
  expect(readDebianCopyright(text.replaceAll("\n", "\r\n"))).toEqual(["Expat", "GPL-2+ or ISC"]);
});

test("of a text for people, references to common licences count", () => {
  const text =
    "Its license is in `/usr/share/common-licenses/LGPL-2.1'. See /usr/share/common-licenses/Apache-2.0.";
  expect(readDebianCopyright(text)).toEqual(["common-licenses/LGPL-2.1", "Apache-2.0"]);
  expect(readDebianCopyright("License: whatever you like")).toEqual([]);
});

test.each([
  [copyright("Expat"), [{ license: { id: "MIT" } }]],
  [copyright("Expat", "GPL-2+ or ISC"), [{ expression: "MIT AND (GPL-2.0-or-later OR ISC)" }]],
  [copyright("Expat", "public-domain"), [{ license: { name: "public-domain" } }, { license: { id: "MIT" } }]],
  [copyright("Expat", "MIT"), [{ license: { id: "MIT" } }]],
  [copyright("GPL-2 or later"), [{ license: { name: "GPL-2 or later" } }]],
  [copyright("BSL-1.0 and OldBoost"), [{ license: { name: "BSL-1.0 and OldBoost" } }]],
  ["See /usr/share/common-licenses/GPL-2", [{ license: { name: "common-licenses/GPL-2" } }]],
  ["Do as you like.", undefined],
])("the bill of materials has the licences of %j", async (content, licenses) => {
  const { notes, predicate } = await billOf(content);
  expect(predicate.components[0].licenses).toEqual(licenses);
  expect(notes).toEqual([]);
});

test("a package with too many licences is in a note", async () => {
  const { notes } = await billOf(copyright(...Array.from({ length: 120 }, (_, index) => `own-${index}`)));
  expect(notes).toEqual(["its SBOM lacks more than 100 licences of a package"]);
});

const EXPAT = [{ license: { id: "MIT" } }];
const GCC = { name: "usr/share/doc/gcc-12-base/copyright", content: copyright("Expat") };
const link = (name: string, target: string) => ({ name: `usr/share/doc/${name}`, type: "2", link: target });

test.each([
  ["of its folder", [GCC, link("libc6", "gcc-12-base")]],
  ["of its folder, offered before the other one", [link("libc6", "gcc-12-base"), GCC]],
  ["of its folder, by a path from the root", [GCC, link("libc6", "/usr/share/doc/gcc-12-base")]],
  ["of its folder, by a path through others", [GCC, link("libc6", "../../share/./doc/gcc-12-base/")]],
  ["of its file", [GCC, link("libc6/copyright", "../gcc-12-base/copyright")]],
  ["to a link", [GCC, link("libc6", "libgcc-s1"), link("libgcc-s1", "gcc-12-base")]],
])("a package has the licences behind a symbolic link %s", async (_, files) => {
  const { notes, predicate } = await billOfFiles(files);
  expect(predicate.components[0].licenses).toEqual(EXPAT);
  expect(notes).toEqual([]);
});

test.each([
  ["to itself", [link("libc6", "libc6")]],
  ["in a circle", [link("libc6", "a1"), link("a1", "b1"), link("b1", "libc6")]],
  ["to nothing", [GCC, link("libc6", "gone")]],
  [
    "out of the folder",
    [GCC, link("libc6", "../../../etc"), { name: "etc/copyright", content: copyright("ISC") }],
  ],
  ["above the root", [GCC, link("libc6", `${"../".repeat(20)}etc/passwd`)]],
  ["to the folder above", [GCC, link("libc6", ".")]],
  [
    "through more links than kernels follow",
    [
      GCC,
      link("libc6", "l0"),
      ...Array.from({ length: 41 }, (_, at) => link(`l${at}`, at === 40 ? "gcc-12-base" : `l${at + 1}`)),
    ],
  ],
])("a symbolic link %s gives a package no licence", async (_, files) => {
  const { notes, predicate } = await billOfFiles(files);
  expect(predicate.components[0].licenses).toBeUndefined();
  expect(notes).toEqual([]);
});

async function billOf(content: string) {
  return await billOfFiles([{ name: "usr/share/doc/libc6/copyright", content }]);
}

async function billOfFiles(files: NonNullable<Parameters<typeof anImage>[0]>) {
  const image = anImage(
    [
      // Files come in any order.
      ...files,
      { name: "var/lib/dpkg/status", content: "Package: libc6\nStatus: install ok installed\nVersion: 1\n" },
    ],
    aBuild(),
  );
  const builder = { id: "https://ci.example/acme", invocation: undefined, version: "1.2.3" };
  const attester = createAttester({ key: undefined, builder, visitFiles: visitTar });
  const { documents, notes } = await attester.makeDocuments(image);
  const { predicate } = JSON.parse(Buffer.from(documents[1]?.bytes ?? []).toString());
  expect(problemsOf(predicate)).toEqual([]);
  return { notes, predicate };
}
