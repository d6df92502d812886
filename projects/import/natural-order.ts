// The order in which people list files: numbers by value, upper and lower case alike, folder by folder.

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Compares paths with `/` separators, folder by folder; total: only equal texts compare as 0. */
export function compareNaturally(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let idx = 0; idx < Math.min(left.length, right.length); idx++) {
    const order = collator.compare(left[idx], right[idx]);
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Input order of the photos of one import: those with an EXIF time by time, then those without; ties and the rest by name.
 * Photos of later imports come after all earlier ones, so that a run can go on without being turned over.
 */
export function compareForInput(
  a: { takenAtMs: number | null; name: string },
  b: { takenAtMs: number | null; name: string },
): number {
  if (a.takenAtMs !== null && b.takenAtMs !== null)
    return a.takenAtMs - b.takenAtMs || compareNaturally(a.name, b.name);
  if (a.takenAtMs === null && b.takenAtMs === null) return compareNaturally(a.name, b.name);
  return a.takenAtMs === null ? 1 : -1;
}
