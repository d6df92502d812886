// Numbers and times as people read them. Widths stay put: figures are tabular and units keep their place.

const whole = new Intl.NumberFormat('en');

export const formatCount = (count: number): string => whole.format(count);

/** 1.2 M, 340 k: where the exact count does not matter. */
export function formatShort(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(count >= 1e7 ? 0 : 1)} M`;
  if (count >= 1e4) return `${Math.round(count / 1e3)} k`;
  return formatCount(count);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}

export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** How long an answer took: milliseconds while they are few. */
export const formatWait = (ms: number): string => (ms < 999.5 ? `${Math.round(ms)} ms` : formatDuration(ms));

export function formatDay(ms: number): string {
  return new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

export function formatTime(ms: number): string {
  const time = new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return `${formatDay(ms)}, ${time}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A length in metres, or in units of a scene without scale. */
export function formatLength(length: number, hasScale: boolean): string {
  const digits = (value: number): string => String(Number(value.toPrecision(3)));
  if (!hasScale) return `${digits(length)} ${length === 1 ? 'unit' : 'units'}`;
  if (length >= 1) return `${digits(length)} m`;
  return length >= 0.01 ? `${digits(length * 100)} cm` : `${digits(length * 1000)} mm`;
}
