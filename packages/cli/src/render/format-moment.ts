// Formats times, and references to builds, for people.

/** `time`: milliseconds since 1970. In the time zone of this machine: 2026-01-31 09:05:07. */
export function formatTime(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** `time`: milliseconds since 1970. The time of day in the time zone of this machine: 09:05:07. */
export function formatClock(time: number): string {
  return formatTime(time).slice("2026-01-31 ".length);
}

/** Long enough to distinguish builds. */
export function shortKey(key: string): string {
  return key.slice(0, 12);
}
