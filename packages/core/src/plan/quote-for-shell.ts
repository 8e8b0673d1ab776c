// Text as one word of POSIX shell.

/** Quotes any text as one word of POSIX shell. */
export function quoteForShell(text: string): string {
  if (/^[\w/.@%+=:,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
