// Sizes as configs have them: "500MB". Pure.

/** Bytes. `size`: checked by the schema. */
export function parseSize(size: string): number {
  const units = { kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
  return Number.parseInt(size, 10) * units[size.slice(-2) as keyof typeof units];
}
