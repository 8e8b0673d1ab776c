// JSON that is safe in every log: the same document, but with characters that a terminal or a CI would act on written
// as escapes, so that nothing of it is changed on its way out.
import { escapeUnsafe } from "./sanitize.ts";

/** `indent`: spaces; none for one line. */
export function formatJson(document: unknown, indent?: number): string {
  return `${escapeUnsafe(JSON.stringify(document, null, indent)).replaceAll("##[", String.raw`#\u0023[`)}\n`;
}
