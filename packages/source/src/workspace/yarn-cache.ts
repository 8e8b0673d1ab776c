// The archives of packages that yarn 2 and later keep in a folder of the repository. Pure.
import { hash } from "node:crypto";

/** Whether a lockfile needs the file of this name. */
export function readArchives(lockfile: string): (name: string) => boolean {
  const locators = [...lockfile.matchAll(/^ {2}resolution: "(.+)"$/gm)].flatMap(([, one]) => one ?? []);
  const needed = new Set(locators.map(hashOf));
  return (name) => {
    const [, of] = /-([0-9a-f]{10})-[^-]+\.zip$/.exec(name) ?? [];
    return of === undefined || needed.has(of);
  };
}

/** yarn's short hash of a locator: "@scope/name@npm:1.0.0". */
function hashOf(locator: string): string {
  const [, scope = "", name = "", reference = ""] = /^(?:@([^/@]+)\/)?([^/@]+)@(.*)$/s.exec(locator) ?? [];
  return sha512(sha512(scope + name) + reference).slice(0, 10);
}

function sha512(text: string): string {
  return hash("sha512", text);
}
