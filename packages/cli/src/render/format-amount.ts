// Times and sizes as people read them.

/** Milliseconds as 3.2s, 1m 04s or 2h 05m. */
export function formatDuration(milliseconds: number): string {
  const tenths = Math.round(Math.max(0, milliseconds) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`;
  const seconds = Math.round(tenths / 10);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
}

/** Bytes as 12 kB, 3.4 MB or 1.2 GB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(Math.max(0, bytes) / 1000)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** Part and whole: 12.3/48.1 MB, or only the part where the whole is not known. */
export function formatProgress(current: number, total: number): string {
  if (total <= 0 || current > total) return formatBytes(current);
  const [amount, unit] = formatBytes(total).split(" ");
  const [part, partUnit] = formatBytes(current).split(" ");
  return partUnit === unit ? `${part}/${amount} ${unit}` : `${part} ${partUnit}/${amount} ${unit}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
