// Words of a label set as the terminal takes them.

/** What the studio's label set begins with. */
export const usualWords = 'floor, wall, tabletop, ceiling';

/** A splat whose best word scores lower is none of them, as in the studio. */
export const usualReject = 0.35;

/** `red chair, floor` → two of them. */
export const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
