// A package that was found in an image, and the check of its name and version: both come from files of the image.

/** Ecosystems whose packages are read, by the names of package URLs; "apk", "deb" and "rpm" are distributions'. */
export type Ecosystem = "apk" | "deb" | "golang" | "npm" | "pypi" | "rpm";

export interface PackageFound {
  readonly ecosystem: Ecosystem;
  /** With its scope: "@types/node"; of Go: "golang.org/x/net". */
  readonly name: string;
  /** Undefined where it has none. */
  readonly version: string | undefined;
  /** The file that names it, in the image. */
  readonly file: string;
  readonly architecture?: string | undefined;
  /** Number before the version by which RPM compares first. */
  readonly epoch?: number | undefined;
  /** The source package that it was built from, if that has another name. */
  readonly upstream?: string | undefined;
  /** Ids and expressions of SPDX, names, whole sentences. Of Debian's all hold; of others', a user may choose one. */
  readonly licenses?: readonly string[] | undefined;
}

/** Longer names and versions are none, characters. */
const LONGEST = 512;
const LONGEST_PATH = 1024;

export function isPlainText(text: string): boolean {
  return text !== "" && text.length <= LONGEST && /^[\x21-\x7e]+$/.test(text);
}

/** Licences of one package that are kept. */
export const MOST_LICENSES = 100;

/** Its licences are lines that can be shown. Undefined for a package whose name or version is none. */
export function checkPackage(
  found: PackageFound,
): (PackageFound & { readonly licenses: readonly string[] }) | undefined {
  const { architecture, licenses = [], name, upstream, version } = found;
  if (!isPlainText(name) || (version !== undefined && !isPlainText(version))) return undefined;
  return {
    ...found,
    file: found.file.slice(0, LONGEST_PATH).toWellFormed(),
    architecture: isPlainText(architecture ?? "") ? architecture : undefined,
    upstream: isPlainText(upstream ?? "") ? upstream : undefined,
    licenses: licenses.map(toLine).filter(isLicense).slice(0, MOST_LICENSES),
  };
}

/** Number of written licences, without blank ones. */
export function countOfLicenses({ licenses = [] }: PackageFound): number {
  return licenses.filter((license) => license.trim() !== "").length;
}

function toLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/** Some packages write the whole text of their licence where its name belongs. */
function isLicense(line: string): boolean {
  return line !== "" && line.length <= LONGEST && /^[\x20-\x7e]+$/.test(line);
}
