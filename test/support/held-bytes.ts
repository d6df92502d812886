// Bytes that can be reached from a value, counted and not measured: numbers of typed arrays once per buffer, and of plain objects what V8
// takes at least.

const slot = 8;
const header = 24;

/** Fields with a # are not seen: what lies behind them has a limit of its own, and a test of its own. */
export function heldBytes(root: unknown): number {
  const seen = new Set<unknown>();
  const open: unknown[] = [root];
  let bytes = 0;
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      bytes += header;
      if (seen.has(value.buffer)) continue;
      seen.add(value.buffer);
      bytes += header + value.buffer.byteLength;
      continue;
    }
    const parts: unknown[] =
      value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
    bytes += header + slot * parts.length;
    // Holes and numbers end here.
    open.push(...parts.filter((part) => typeof part === 'object' && part !== null));
  }
  return bytes;
}
