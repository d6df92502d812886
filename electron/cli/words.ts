// Words of a label set as the terminal takes them.

import { usualLabelSets } from '../../projects/format/label-set.ts';

const [{ labels, reject }] = usualLabelSets.sets;

/** What the studio's label set begins with. */
export const usualWords = labels.map(({ word }) => word).join(', ');

/** A splat whose best word scores lower is none of them, as in the studio. */
export const usualReject = reject;

/** `red chair, floor` → two of them. */
export const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
