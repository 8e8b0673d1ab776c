// Addresses of pages about a build. Pure.

/** Characters. */
const LONGEST = 500;

/** The address without credentials, query and fragment; undefined if it is none of HTTP, or too long. */
export function shapeUrl(text: string): string | undefined {
  if (text.length > LONGEST || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return `${url.origin}${url.pathname}`;
}
