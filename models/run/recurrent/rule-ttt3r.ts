// TTT3R (arXiv 2509.26645): each state token learns at the rate with which it attends to the photo.

import type { UpdateRule } from './update-rule.ts';

export const ttt3r: UpdateRule = {
  id: 'ttt3r',
  freshAfterReset: true,
  resetEvery: 100,
  apply: ({ gate, tokens, first }) => ({ shares: first ? new Float32Array(tokens).fill(1) : gate, carried: {} }),
};
