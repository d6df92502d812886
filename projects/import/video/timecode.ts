// Times in a video as people read them.

/** `0:03.2`, `1:02:03.4`: hours only where there are some, tenths of a second cut off. */
export function timecode(timeMs: number): string {
  const tenths = Math.floor(timeMs / 100);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [
    Math.floor(tenths / 36_000),
    Math.floor(tenths / 600) % 60,
    Math.floor(tenths / 10) % 60,
  ];
  return `${hours > 0 ? `${hours}:${pad(minutes)}` : minutes}:${pad(seconds)}.${tenths % 10}`;
}
