// MeMix (arXiv 2603.15330): only the tokens that agree least with the photo are rewritten, the others stay as they are.

import type { UpdateRule } from './update-rule.ts';

/** 708 of CUT3R's 768 tokens; other sizes keep the share. */
const rewrittenShare = 708 / 768;

export const memix: UpdateRule = {
  id: 'memix',
  freshAfterReset: true,
  resetEvery: 100,
  apply: ({ affinity, tokens, first }) => {
    const shares = new Float32Array(tokens).fill(1);
    if (!first) {
      const kept = tokens - Math.round(tokens * rewrittenShare);
      const byAffinity = Array.from(affinity.keys()).sort((a, b) => affinity[b] - affinity[a] || a - b);
      for (const token of byAffinity.slice(0, kept)) shares[token] = 0;
    }
    return { shares, carried: {} };
  },
};
