// The archives of packages that yarn keeps in a folder of the repository. Pure.
import { hash } from "node:crypto";

/** Whether a lockfile of yarn 2 or later needs the file of this name in its cache. */
export function readArchives(lockfile: string): (name: string) => boolean {
  const locators = [...lockfile.matchAll(/^ {2}resolution: "(.+)"$/gm)].flatMap(([, one]) => one ?? []);
  const needed = new Set(locators.map(hashOf));
  return (name) => {
    const [, of] = /-([0-9a-f]{10})-[^-]+\.zip$/.exec(name) ?? [];
    return of === undefined || needed.has(of);
  };
}

/** Whether a lockfile of yarn 1 needs the file of this name in its offline mirror. */
export function readMirrored(lockfile: string): (name: string) => boolean {
  const needed = new Set(
    [...lockfile.matchAll(/^ {2}resolved "([^"#]+)/gm)].flatMap(([, address = ""]) => mirrorName(address)),
  );
  return (name) => !/\.(?:tgz|tar\.gz)$/.test(name) || needed.has(name);
}

/** The name of an archive in the mirror begins with the scope: "…/@scope/name/-/name-1.0.0.tgz". */
function mirrorName(address: string): readonly string[] {
  const [, scope, base = ""] =
    /\/(?:(@[^/]+)(?:\/|%2f))?[^/]+\/(?:-|_attachments)\/(?:@[^/]+\/)?([^/]+)$/i.exec(address) ?? [];
  const plain = address.replace(/^.*\//, "");
  return scope === undefined ? [plain] : [`${scope}-${base}`, plain];
}

/** yarn's short hash of a locator: "@scope/name@npm:1.0.0". */
function hashOf(locator: string): string {
  const [, scope = "", name = "", reference = ""] = /^(?:@([^/@]+)\/)?([^/@]+)@(.*)$/s.exec(locator) ?? [];
  return sha512(sha512(scope + name) + reference).slice(0, 10);
}

function sha512(text: string): string {
  return hash("sha512", text);
}
