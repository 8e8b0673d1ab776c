// A package that was found in an image, and the check of its name and version: both come from files of the image.

/** Ecosystems whose packages are read; their names are those of package URLs, "apk" and "deb" are distributions'. */
export type Ecosystem = "apk" | "deb" | "golang" | "npm" | "pypi";

export interface PackageFound {
  readonly ecosystem: Ecosystem;
  /** With its scope: "@types/node"; of Go: "golang.org/x/net". */
  readonly name: string;
  /** Undefined where it has none. */
  readonly version: string | undefined;
  /** The file that names it, in the image. */
  readonly file: string;
  readonly architecture?: string | undefined;
  /** The source package that it was built from, if that has another name. */
  readonly upstream?: string | undefined;
}

/** Longer names and versions are none, characters. */
const LONGEST = 512;
const LONGEST_PATH = 1024;

export function isPlainText(text: string): boolean {
  return text !== "" && text.length <= LONGEST && /^[\x21-\x7e]+$/.test(text);
}

/** Undefined for a package whose name or version is none. */
export function checkPackage(found: PackageFound): PackageFound | undefined {
  const { architecture, name, upstream, version } = found;
  if (!isPlainText(name) || (version !== undefined && !isPlainText(version))) return undefined;
  return {
    ...found,
    file: found.file.slice(0, LONGEST_PATH).toWellFormed(),
    architecture: isPlainText(architecture ?? "") ? architecture : undefined,
    upstream: isPlainText(upstream ?? "") ? upstream : undefined,
  };
}
