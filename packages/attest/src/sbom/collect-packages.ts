// Collects the packages of an image from a stream of its files: each file is offered once, by its path, and only the
// few that matter are looked into. Every amount that an image decides has a limit here.

import { linkedCopyright, packageOfCopyright, readDebianCopyright } from "./debian-licenses.ts";
import {
  checkPackage,
  countOfLicenses,
  isPlainText,
  MOST_LICENSES,
  type PackageFound,
} from "./package-found.ts";
import { isNpmManifest, isPythonMetadata, readNpm, readPython } from "./read-manifests.ts";
import { readApk, readDpkg } from "./read-paragraphs.ts";
import { readRpm, rpmDatabaseKind } from "./read-rpm.ts";
import { scanGo } from "./scan-go.ts";

/** Reads the content of one file. */
export interface ContentReader {
  update(chunk: Uint8Array): void;
  finish(): void;
}

export interface PackageCollector {
  /** Undefined for a file whose content does not matter. `size` in bytes. */
  open(path: string, size: number): ContentReader | undefined;
  /** A second name of a file. */
  link(path: string, target: string): void;
  /** `target`: as it is written. */
  symlink(path: string, target: string): void;
  /** Whether all files have to be offered once more: a content that matters had another name first. */
  needsAnotherPass(): boolean;
  finish(): FoundPackages;
}

export interface FoundPackages {
  readonly packages: readonly PackageFound[];
  /** "debian-12"; undefined where the image does not name it. */
  readonly distribution: { readonly id: string; readonly version: string } | undefined;
  /** Sentences for people about files that were not read. */
  readonly notes: readonly string[];
}

const MOST_PACKAGES = 50_000;
/** Bytes of all contents that are kept at a time: databases, manifests. */
const LARGEST_DATABASE = 64 * 1024 ** 2;
const LARGEST_MANIFEST = 1024 ** 2;
const LARGEST_COPYRIGHT = 4 * 1024 ** 2;
/** Second names that are followed. */
const MOST_LINKS = 100_000;
/** Links from one to the next: kernels follow as many. */
const MOST_HOPS = 40;

type Read = (bytes: Buffer, path: string) => readonly PackageFound[];

interface Reader {
  /** Bytes of the largest file that is read. */
  readonly limit: number;
  readonly read: Read;
}

export function createPackageCollector(): PackageCollector {
  const packages = new Map<string, PackageFound>();
  const notes = new Set<string>();
  const releases = new Map<string, string>();
  /** Licences of Debian's packages, by their names. */
  const copyrights = new Map<string, readonly string[]>();
  /** Packages whose copyright file is that of another one. */
  const linked = new Map<string, string>();
  /** By the name that has the content, the name that matters. */
  const wanted = new Map<string, string>();
  const read = new Set<string>();
  let isSecondPass = false;
  const check = (one: PackageFound) => {
    const checked = checkPackage(one);
    const count = countOfLicenses(one);
    if (checked === undefined) notes.add("packages with names or versions that are none");
    else if (count > MOST_LICENSES) notes.add(`more than ${MOST_LICENSES} licences of a package`);
    else if (checked.licenses.length < count) notes.add("licences that are no short lines of text");
    return checked;
  };
  const add = (found: readonly PackageFound[]) => {
    for (const one of found) {
      const checked = check(one);
      if (checked === undefined) continue;
      const { architecture, ecosystem, name, version } = checked;
      const id = [ecosystem, name, version, architecture].join("\0");
      if (packages.has(id)) continue;
      if (packages.size >= MOST_PACKAGES) notes.add(`more than ${MOST_PACKAGES} packages`);
      else packages.set(id, checked);
    }
  };
  const licensesOf = (name: string) => {
    let owner: string | undefined = name;
    for (let hops = 0; owner !== undefined && hops <= MOST_HOPS; hops += 1) {
      const licenses = copyrights.get(owner);
      if (licenses !== undefined) return licenses;
      owner = linked.get(owner);
    }
    return undefined;
  };
  const withCopyright = (one: PackageFound): PackageFound => {
    const licenses = one.ecosystem === "deb" ? licensesOf(one.name) : undefined;
    return licenses === undefined ? one : (check({ ...one, licenses }) ?? one);
  };
  /** Readers that keep more than packages. */
  const readRelease: Read = (bytes, path) => {
    releases.set(path, bytes.toString());
    return [];
  };
  const readCopyright: Read = (bytes, path) => {
    const owner = packageOfCopyright(path);
    if (owner !== undefined && copyrights.size < MOST_PACKAGES)
      copyrights.set(owner, readDebianCopyright(bytes.toString()));
    return [];
  };
  const readRpmDatabase: Read = (bytes, path) => {
    const found = readRpm(bytes, path);
    for (const note of found.notes) notes.add(note);
    return found.packages;
  };
  const readerOf = (path: string): Reader | undefined => {
    if (path === RELEASES[0] || path === RELEASES[1]) return { limit: LARGEST_MANIFEST, read: readRelease };
    if (rpmDatabaseKind(path) !== undefined) return { limit: LARGEST_DATABASE, read: readRpmDatabase };
    if (packageOfCopyright(path) !== undefined) return { limit: LARGEST_COPYRIGHT, read: readCopyright };
    return findReader(path);
  };
  const open = (path: string, size: number): ContentReader | undefined => {
    const name = isSecondPass ? wanted.get(path) : path;
    if (name === undefined) return undefined;
    if (RPM_LOG.test(path) && size > 0) notes.add(`packages of RPM in ${path}`);
    const reader = readerOf(name);
    if (reader === undefined) return openProgram(path, size);
    read.add(path);
    if (size > reader.limit) {
      notes.add(`${isPlainText(name) ? name : "a file"}, which is too large`);
      return undefined;
    }
    const chunks: Uint8Array[] = [];
    return {
      update: (chunk) => chunks.push(Buffer.from(chunk)),
      finish: () => add(reader.read(Buffer.concat(chunks), name)),
    };
  };
  const openProgram = (path: string, size: number): ContentReader | undefined => {
    if (size < SMALLEST_PROGRAM) return undefined;
    const scan = scanGo(path);
    return { update: scan.update, finish: () => add(scan.finish()) };
  };
  return {
    open,
    link(path, target) {
      if (isSecondPass || read.has(target) || readerOf(path) === undefined) return;
      if (wanted.size < MOST_LINKS) wanted.set(target, path);
      else notes.add(`more than ${MOST_LINKS} links`);
    },
    symlink(path, target) {
      const link = linkedCopyright(path, target);
      if (link === undefined) return;
      if (linked.size < MOST_LINKS) linked.set(link.from, link.to);
      else notes.add(`more than ${MOST_LINKS} links`);
    },
    needsAnotherPass() {
      isSecondPass = true;
      return wanted.size > 0;
    },
    finish: () => ({
      packages: [...packages.values()].map(withCopyright),
      distribution: parseRelease(releases.get(RELEASES[0]) ?? releases.get(RELEASES[1])),
      notes: [...notes],
    }),
  };
}

/** Bytes: Go's programs are larger. */
const SMALLEST_PROGRAM = 100_000;
/** The first one is a link to the second one in most images. */
const RELEASES = ["etc/os-release", "usr/lib/os-release"] as const;
/** Changes that SQLite has not yet written into the database. */
const RPM_LOG = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm)\/rpmdb\.sqlite-wal$/;

function findReader(path: string): Reader | undefined {
  if (path === "var/lib/dpkg/status" || /^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path)) {
    if (path.endsWith(".md5sums")) return undefined;
    return { limit: LARGEST_DATABASE, read: (bytes) => readDpkg(bytes.toString(), path) };
  }
  if (path === "lib/apk/db/installed" || path === "usr/lib/apk/db/installed") {
    return { limit: LARGEST_DATABASE, read: (bytes) => readApk(bytes.toString(), path) };
  }
  if (isNpmManifest(path)) return { limit: LARGEST_MANIFEST, read: readNpm };
  return isPythonMetadata(path) ? { limit: LARGEST_MANIFEST, read: readPython } : undefined;
}

function parseRelease(text: string | undefined): FoundPackages["distribution"] {
  const field = (name: string) =>
    new RegExp(`^${name}="?([A-Za-z0-9._-]{1,64})"?$`, "m").exec(text ?? "")?.[1];
  const id = field("ID");
  return id === undefined ? undefined : { id, version: field("VERSION_ID") ?? "" };
}
