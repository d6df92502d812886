// What a decoder complains about, as a reason for people.

/** The kind of a file is known by its first bytes: a header that sharp then calls unsupported is a damaged one. */
const known: readonly (readonly [RegExp, string])[] = [
  [
    /premature end|truncated|unexpected end|read error|eof|end of (file|data)|out of order read|IDAT|short read|unsupported image format/i,
    'the file is cut off or damaged inside.',
  ],
  [/exceeds pixel limit|dimensions? .*exceed|too large/i, 'it has more pixels than the studio reads.'],
  [/unsupported|not a known|not supported/i, 'it is stored in a way the studio does not know.'],
  [/memory|alloc/i, 'there is not enough memory for it.'],
];

/** @returns a reason that ends with a full stop */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Our own reasons are sentences already.
  if (/^[a-z].*\.$/s.test(message) && !message.includes('\n')) return message;
  return known.find(([pattern]) => pattern.test(message))?.[1] ?? `it is damaged (${firstLine(message)}).`;
}

const firstLine = (message: string): string => message.trim().split('\n')[0].replace(/\.$/, '').slice(0, 120);
