// The content of a watched world: definitions, sources, and the sources that cannot be built.

export const NAMES = ["a", "b", "c", "d", "e"] as const;

export interface Definition {
  readonly version: number;
  readonly needs: readonly string[];
}

export type Definitions = ReadonlyMap<string, Definition>;

export interface Source {
  readonly x: number;
  readonly y: number;
  readonly isReadable: boolean;
}

export const EMPTY: Source = { x: 0, y: 0, isReadable: true };

export const keyOf = (definition: string, digest: string, images: readonly string[]) =>
  JSON.stringify([definition, digest, images]);

export const defining = (name: string, { needs, version }: Definition) =>
  `${name} ${version} ${needs.join(",")}`;

/** Sources with these contents can never be built. */
export const fails = (digest: string) => sumOf(digest) % 5 === 4;

/** These cannot either, for a reason that may pass. */
export const failsForNow = (digest: string) => sumOf(digest) % 5 === 3;

/** A digest is of two files, in the folder that the definition names. */
const sumOf = (digest: string) => {
  const [, x = "", y = ""] = digest.split(" ");
  return Number(x) + Number(y);
};

export function digest(source: Source | undefined, definition: Definition | undefined): string | undefined {
  const { isReadable, x, y } = source ?? EMPTY;
  return isReadable ? `${definition?.version} ${x} ${y}` : undefined;
}

export function must(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`it does not hold that ${what}`);
}
