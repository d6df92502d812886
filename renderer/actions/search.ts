// Which actions a few typed words mean: every word must occur, in the label rather than in the words beside it.

import type { Action } from './action.ts';

/** 0 when the action is not meant; larger is better. */
export function searchScore(
  { label, group, words = '' }: Pick<Action, 'label' | 'group' | 'words'>,
  typed: string,
): number {
  const inLabel = label.toLowerCase();
  const beside = `${words} ${group}`.toLowerCase();
  const startsWord = (text: string, part: string): boolean => text.startsWith(part) || text.includes(` ${part}`);
  let score = inLabel.startsWith(typed.trim().toLowerCase()) ? 1 : 0;
  for (const part of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    if (startsWord(inLabel, part)) score += 1;
    else if (inLabel.includes(part)) score += 0.6;
    else if (startsWord(beside, part)) score += 0.4;
    else return 0;
  }
  return score;
}
