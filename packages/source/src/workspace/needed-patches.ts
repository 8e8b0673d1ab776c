// The patches of patch-package that apply to an install: it fails for a patch of a package that is not there. Pure.

/**
 * Whether the package of a patch, and those that it is inside of, are in one of the lockfiles. `file`:
 * "@acme+web+1.0.0.patch", "web++deep+1.0.0.patch".
 */
export function isNeededPatch(file: string, lockfiles: readonly string[]): boolean {
  if (lockfiles.length === 0) return true;
  const mentions = packagesOf(file).map(
    (name) => new RegExp(`(?:^|[\\s"'/])${name.replace(/[.+*?^$()[\]{}|\\/]/g, "\\$&")}(?:[@"':/]|$)`, "m"),
  );
  return lockfiles.some((text) => mentions.every((mention) => mention.test(text)));
}

/** None for a file of another form. */
function packagesOf(file: string): readonly string[] {
  const written = /^(.+?)\+\d[^/]*\.patch$/.exec(file)?.[1];
  return (written?.split("++") ?? []).map((name) => name.replace("+", "/"));
}
