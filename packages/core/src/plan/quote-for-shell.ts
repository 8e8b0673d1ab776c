// Text as one word of POSIX shell.

/** One word of POSIX shell, whatever the text holds. */
export function quoteForShell(text: string): string {
  if (/^[\w/.@%+=:,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
