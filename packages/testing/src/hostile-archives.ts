// Archives that no source may be: each would write outside of its place, hide a file, or never end.
import { gzipSync } from "node:zlib";
import { makeTar, type TarFile } from "./make-tar.ts";
import { makeZip, type ZipEntry } from "./make-zip.ts";

export interface HostileArchive {
  readonly title: string;
  /** Its name, which decides nothing unless the content is no archive. */
  readonly file: string;
  readonly bytes: () => Buffer;
  /** Part of the failure. */
  readonly words: string;
}

const tar = (title: string, words: string, ...members: readonly TarFile[]): HostileArchive => ({
  title: `a tar with ${title}`,
  file: "source.tar",
  bytes: () => makeTar(members),
  words,
});
const zip = (title: string, words: string, ...entries: readonly ZipEntry[]): HostileArchive => ({
  title: `a zip with ${title}`,
  file: "source.zip",
  bytes: () => makeZip(entries),
  words,
});
const LINK = { link: "/etc" };
const BIG = 80 << 20;

/** Each kind of attack by both formats, where both can have it. */
const IN_BOTH: readonly (readonly [title: string, words: string, names: readonly string[]])[] = [
  ["a name that climbs", "../../evil leads out of the archive", ["../../evil"]],
  ["a name that climbs later", "a/b/../../../evil leads out of the archive", ["a/b/../../../evil"]],
  ["a name that is only dots", ".. leads out of the archive", [".."]],
  ["an absolute name", "/etc/cron.d/evil has an absolute path", ["/etc/cron.d/evil"]],
  ["an absolute name with two slashes", "//etc/evil has an absolute path", ["//etc/evil"]],
  ["a name on a drive", "has an absolute path", ["C:/evil"]],
  ["a name twice", "a occurs twice", ["a", "a"]],
  ["a name twice in other words", "a occurs twice", ["a", "./a"]],
  ["a file that is a folder as well", "a occurs twice", ["a/b", "a"]],
  ["a name of 256 bytes", "has a name of more than 255 bytes", ["n".repeat(256)]],
  ["a path of 5000 bytes", "has a path of more than 4000 bytes", [`${"deep/".repeat(1000)}end`]],
  ["a file below a file", "a/b is below a, which is not a folder", ["a", "a/b"]],
];

const TARS: readonly HostileArchive[] = [
  ...IN_BOTH.map(([title, words, names]) =>
    tar(title, words, ...names.map((name) => ({ name: "in pax", content: "x", pax: { path: name } }))),
  ),
  tar(
    "a link and a file through it",
    "l/cron.d/evil is below l, which is not a folder",
    { name: "l", type: "2", ...LINK },
    { name: "l/cron.d/evil", content: "x" },
  ),
  tar(
    "a link in place of a folder",
    "l occurs twice",
    { name: "l/", type: "5" },
    { name: "l", type: "2", ...LINK },
    { name: "l/evil", content: "x" },
  ),
  tar("a hard link to a file outside", "h", { name: "h", type: "1", link: "/etc/shadow" }),
  tar("a hard link that climbs", "h", { name: "h", type: "1", link: "../../etc/shadow" }),
  tar("a hard link to a later file", "h", { name: "h", type: "1", link: "a" }, { name: "a" }),
  tar(
    "a hard link through a link",
    "h",
    { name: "l", type: "2", ...LINK },
    { name: "h", type: "1", link: "l/shadow" },
  ),
  tar("a hard link to itself", "h", { name: "h", type: "1", link: "h" }),
  tar("a device", "dev/sda", { name: "dev/sda", type: "4", device: [8, 0] }),
  tar("a character device", "dev/null", { name: "dev/null", type: "3", device: [1, 3] }),
  tar("a pipe", "pipe", { name: "pipe", type: "6" }),
  tar("a member of an unknown kind", "x is of a kind", { name: "x", type: "V" }),
  tar("a sparse file of a terabyte", "a sparse file", {
    name: "s",
    pax: { "GNU.sparse.major": "1", "GNU.sparse.realsize": "1099511627776" },
  }),
  tar("a sparse file of the old form", "s is of a kind", { name: "s", type: "S" }),
  tar("a NUL in a name of an extended header", "NUL", { name: "x", pax: { path: "a\0../../b" } }),
  tar("an empty name", "has an entry without a name", { name: "" }),
  tar("an extended header of two megabytes", "a header is too long", {
    name: "x",
    pax: { comment: "x".repeat(2 << 20) },
  }),
  tar("an extended header without an end", "a header cannot be read", {
    name: "pax",
    type: "x",
    content: "99 path=a\n",
  }),
  tar("an extended header whose length is no number", "a header cannot be read", {
    name: "pax",
    type: "x",
    content: "-1 path=a\n",
  }),
  tar("a size that is negative", "a size is not a number", { name: "x", pax: { size: "-512" } }),
  tar("a size of many digits", "a size is not a number", { name: "x", pax: { size: "9".repeat(40) } }),
  tar("a size of an exabyte", "ends too early", { name: "x", pax: { size: "1000000000000000" } }),
  tar("a name that is not UTF-8", "UTF-8", { name: Buffer.from("\xff\xfe", "latin1") }),
];

const ZIPS: readonly HostileArchive[] = [
  ...IN_BOTH.map(([title, words, names]) =>
    zip(title, words, ...names.map((name) => ({ name, content: "x" }))),
  ),
  zip(
    "a link and a file through it",
    "l/evil is below l, which is not a folder",
    { name: "l", content: "/etc", mode: 0o120777 },
    { name: "l/evil", content: "x" },
  ),
  zip("a NUL in a name", "has a NUL character in its name", { name: "a\0../../b" }),
  zip("backslashes that climb", "has a backslash in its name", { name: "..\\..\\evil" }),
  zip("a device", "dev/null", { name: "dev/null", mode: 0o020666 }),
  zip("an encrypted entry", "is encrypted", { name: "a", content: "x", encrypted: true }),
  zip("a wrong checksum", "its checksum is wrong", { name: "a", content: "x", checksum: 1 }),
  zip("an entry of another size", "is corrupt", { name: "a", content: "x".repeat(100), size: 10 }),
  zip("a link of a megabyte", "a link that leads too far", {
    name: "l",
    content: "x".repeat(1 << 20),
    mode: 0o120777,
  }),
];

const BOMBS: readonly HostileArchive[] = [
  zip("a bomb", "unpacks to more than 200 times its size", { name: "bomb", content: Buffer.alloc(BIG) }),
  zip(
    "many small bombs",
    "unpacks to more than 200 times its size",
    ...Array.from({ length: 20 }, (_, index) => ({ name: `bomb${index}`, content: Buffer.alloc(BIG / 20) })),
  ),
  {
    title: "a tar.gz with a bomb",
    file: "source.tar.gz",
    bytes: () => gzipSync(makeTar([{ name: "bomb", content: Buffer.alloc(BIG) }])),
    words: "unpacks to more than 200 times its size",
  },
  {
    title: "a tar.gz with a bomb behind its end",
    file: "source.tar.gz",
    bytes: () => gzipSync(Buffer.concat([makeTar([{ name: "a" }]), Buffer.alloc(BIG)])),
    words: "unpacks to more than 200 times its size",
  },
];

const WHOLE = () => makeTar([{ name: "a", content: "1".repeat(2000) }, { name: "b" }]);
const DAMAGED: readonly HostileArchive[] = [
  ["a tar that is cut in a header", "source.tar", () => WHOLE().subarray(0, 700), "ends too early"],
  ["a tar that is cut in a file", "source.tar", () => WHOLE().subarray(0, 1500), "ends too early"],
  ["a tar without its end", "source.tar", () => WHOLE().subarray(0, -1024), "ends too early"],
  ["a tar.gz that is cut", "source.tgz", () => gzipSync(WHOLE()).subarray(0, -6), "is corrupt"],
  [
    "a zip that is cut",
    "source.zip",
    () => makeZip([{ name: "a", content: "x" }]).subarray(0, -10),
    "is corrupt",
  ],
  ["junk by the name of an archive", "source.tgz", () => Buffer.from("<html>404</html>\n"), "is damaged"],
  ["nothing by the name of an archive", "source.zip", () => Buffer.alloc(0), "is damaged"],
].map(([title, file, bytes, words]) => ({ title, file, bytes, words }) as HostileArchive);

export const HOSTILE_ARCHIVES: readonly HostileArchive[] = [...TARS, ...ZIPS, ...BOMBS, ...DAMAGED];
