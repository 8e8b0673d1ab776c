// Databases of distribution packages: paragraphs of fields, one a package. Debian's of dpkg, and Alpine's of apk.
import type { PackageFound } from "./package-found.ts";

/** Packages of a file. One that dpkg has only settings of is not installed. */
export function readDpkg(text: string, file: string): readonly PackageFound[] {
  return paragraphsOf(text, ": ").flatMap((fields): PackageFound[] => {
    const name = fields.get("Package");
    const status = fields.get("Status");
    if (name === undefined || (status !== undefined && !status.endsWith(" installed"))) return [];
    const version = fields.get("Version");
    const [source, written] = (fields.get("Source") ?? name).split(" (");
    const sourceVersion = written?.replace(")", "") ?? version;
    const isOwn = source === name && sourceVersion === version;
    return [
      {
        ecosystem: "deb",
        name,
        version,
        file,
        architecture: fields.get("Architecture"),
        ...(isOwn ? {} : { upstream: `${source}${sourceVersion === undefined ? "" : `@${sourceVersion}`}` }),
      },
    ];
  });
}

export function readApk(text: string, file: string): readonly PackageFound[] {
  return paragraphsOf(text, ":").flatMap((fields): PackageFound[] => {
    const name = fields.get("P");
    if (name === undefined) return [];
    const source = fields.get("o");
    return [
      {
        ecosystem: "apk",
        name,
        version: fields.get("V"),
        file,
        architecture: fields.get("A"),
        licenses: [fields.get("L") ?? ""],
        ...(source === undefined || source === name ? {} : { upstream: source }),
      },
    ];
  });
}

/** The first line of each field; the first of several with one name. */
export function paragraphsOf(text: string, separator: string): readonly ReadonlyMap<string, string>[] {
  return text.split(/\n\n+/).map((paragraph) => {
    const fields = new Map<string, string>();
    for (const line of paragraph.split("\n")) {
      const at = line.indexOf(separator);
      const name = line.slice(0, at);
      if (at > 0 && !/^\s/.test(line) && !fields.has(name))
        fields.set(name, line.slice(at + separator.length).trim());
    }
    return fields;
  });
}
