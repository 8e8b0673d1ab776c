// Licences of Debian's packages, from their copyright files. Those in the machine-readable form (DEP 5) name a licence
// for each group of files. Others are texts for people: only their references to Debian's common licences are read.
import { paragraphsOf } from "./read-paragraphs.ts";

/** The package of usr/share/doc/PACKAGE/copyright; undefined for other paths. */
export function packageOfCopyright(path: string): string | undefined {
  return /^usr\/share\/doc\/([a-z0-9][a-z0-9.+-]+)\/copyright$/.exec(path)?.[1];
}

/**
 * The two packages that a symbolic link joins where it stands in the place of a package's folder or copyright file: Debian's
 * policy allows a folder to be a link to that of another package of the same source. Undefined for other links.
 */
export function linkedCopyright(
  path: string,
  target: string,
): { readonly from: string; readonly to: string } | undefined {
  const resolved = resolveLink(path, target);
  const folder = (place: string) => packageOfCopyright(`${place}/copyright`);
  const [from, to] =
    folder(path) === undefined ? [path, resolved].map(packageOfCopyright) : [path, resolved].map(folder);
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** In the image, whose root nothing leaves. */
function resolveLink(path: string, target: string): string {
  const places = target.startsWith("/") ? [] : path.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") places.pop();
    else if (part !== "" && part !== ".") places.push(part);
  }
  return places.join("/");
}

/** All hold together, each for some of the package's files; as they are written. */
export function readDebianCopyright(text: string): readonly string[] {
  const isMachineReadable = /^Format(?:-Specification)?:/im.test(text.slice(0, LONGEST_PREFACE));
  const names = new Set(isMachineReadable ? namedLicenses(text) : referredLicenses(text));
  // A part of a text keeps the whole text in memory.
  return [...names].map((name) => Buffer.from(name).toString());
}

/** Characters before the first field. */
const LONGEST_PREFACE = 1000;

/** Paragraphs without files and format are the texts of licences that others name. */
function namedLicenses(text: string): readonly string[] {
  const paragraphs = paragraphsOf(text.replaceAll("\r\n", "\n"), ":");
  return paragraphs.flatMap((fields) => {
    const name = fields.get("License") ?? "";
    const isOfFiles = fields.has("Files") || fields.has("Format") || fields.has("Format-Specification");
    return isOfFiles && name !== "" ? [name] : [];
  });
}

/** Whether a version of GNU's licences is the only one is in no reference: those keep the name of the file. */
function referredLicenses(text: string): readonly string[] {
  return [...text.matchAll(/\/usr\/share\/common-licenses\/([A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9])/g)].map(
    ([, name = ""]) => IDS.get(name.toLowerCase()) ?? `common-licenses/${name}`,
  );
}

/** Debian's name of a licence, as far as it may be an expression of SPDX: a list with commas or exceptions is none. */
export function toExpression(name: string): string {
  const words = name.split(/\s+/);
  const isList = words.every((word, at) => at % 2 === 0 || /^(?:and|or)$/i.test(word));
  if (!isList || words.length % 2 === 0 || name.includes(",")) return name;
  return words.map((word, at) => (at % 2 === 0 ? toId(word) : word.toUpperCase())).join(" ");
}

function toId(word: string): string {
  return IDS.get(word.toLowerCase()) ?? gnuId(word) ?? word;
}

/** Names of one meaning that are not SPDX's, or that are often written with other capitals. */
const IDS = new Map(
  [
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-4-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-1.1",
    "MPL-2.0",
    "X11",
    "Zlib",
  ].map((id) => [id.toLowerCase(), id] as const),
).set("expat", "MIT");

const GNU = /^(AGPL|GPL|LGPL|GFDL|GFDL-NIV)-?v?(\d)(?:\.(\d))?(\+)?$/i;
const GNU_VERSIONS = new Map([
  ["AGPL", ["3.0"]],
  ["GPL", ["1.0", "2.0", "3.0"]],
  ["LGPL", ["2.0", "2.1", "3.0"]],
  ["GFDL", ["1.1", "1.2", "1.3"]],
]);

/** "GPL-2+": "GPL-2.0-or-later". NIV: no invariant sections. */
function gnuId(word: string): string | undefined {
  const [, written, major, minor = "0", later] = GNU.exec(word) ?? [];
  const [family = "", niv] = written?.toUpperCase().split("-") ?? [];
  const version = `${major}.${minor}`;
  if (GNU_VERSIONS.get(family)?.includes(version) !== true) return undefined;
  const sections = niv === undefined ? "" : "-no-invariants";
  return `${family}-${version}${sections}-${later === undefined ? "only" : "or-later"}`;
}
