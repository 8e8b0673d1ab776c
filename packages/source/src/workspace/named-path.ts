// Paths as settings and manifests name them. Pure.
import { posix } from "node:path";

/** A file or folder that a file of the workspace names. */
export interface NamedPath {
  /** As written. */
  readonly written: string;
  /** Folder that it is relative to: relative to the root, "" for the root itself. */
  readonly base: string;
  /** File that names it, relative to the root. */
  readonly file: string;
  /** Whether it need not be there. */
  readonly isOptional: boolean;
}

/** `path` is relative to the root; of a place elsewhere nothing can be taken. */
export type Place = { readonly path: string } | { readonly elsewhere: "outside" | "variable" };

/** Undefined for an address, and for the root itself. */
export function placeOf({ base, written }: Pick<NamedPath, "base" | "written">): Place | undefined {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(written)) return undefined;
  if (written.includes("$")) return { elsewhere: "variable" };
  if (/^(?:~(?:\/|$)|[\\/]|[a-z]:)/i.test(written)) return { elsewhere: "outside" };
  const path = posix.join(base, written).replace(/\/$/, "");
  if (path === ".") return undefined;
  return path === ".." || path.startsWith("../") ? { elsewhere: "outside" } : { path };
}

/** The path relative to the root; none for a place elsewhere. */
export function pathsInside(named: readonly Pick<NamedPath, "base" | "written">[]): readonly string[] {
  return named.flatMap((one) => {
    const place = placeOf(one);
    return place !== undefined && "path" in place ? [place.path] : [];
  });
}

/** The first line with this text that is no comment, counted from 1; undefined if it is written otherwise there. */
export function lineOf(text: string, written: string): number | undefined {
  const forms = [written, JSON.stringify(written).slice(1, -1)];
  const index = text
    .split("\n")
    .findIndex((line) => !/^\s*[#;]/.test(line) && forms.some((form) => line.includes(form)));
  return index < 0 ? undefined : index + 1;
}
