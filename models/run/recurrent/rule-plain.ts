// The rule of CUT3R itself: the proposal replaces the state.

import type { UpdateRule } from './update-rule.ts';

export const plain: UpdateRule = {
  id: 'plain',
  freshAfterReset: false,
  // Trained on up to 64 photos; its authors see drift after about 80 (CUT3R issues 10 and 14).
  resetEvery: 64,
  apply: ({ tokens }) => ({ shares: new Float32Array(tokens).fill(1), carried: {} }),
};
