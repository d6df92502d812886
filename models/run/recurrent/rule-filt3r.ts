// FILT3R (arXiv 2603.18493): a scalar Kalman filter per state token; noise grows where proposals jump.

import type { UpdateRule } from './update-rule.ts';

const initialVariance = 1.5;
const measurementNoise = 1;
const averageWeight = 0.05;
const averageFloor = 0.01;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const filt3r: UpdateRule = {
  id: 'filt3r',
  freshAfterReset: true,
  resetEvery: null,
  apply: ({ proposed, tokens, channels, first, carried }) => {
    const known = first ? null : carried;
    const variance = known ? known.variance.slice() : new Float32Array(tokens).fill(initialVariance);
    const jumps = new Float32Array(tokens).fill(1);
    if (known)
      for (let token = 0; token < tokens; token++) {
        let sum = 0;
        for (let i = token * channels; i < (token + 1) * channels; i++) sum += (proposed[i] - known.proposed[i]) ** 2;
        jumps[token] = Math.sqrt(sum);
      }
    const mean = jumps.reduce((sum, jump) => sum + jump, 0) / tokens;
    const average = known ? (1 - averageWeight) * known.average[0] + averageWeight * mean : mean;
    const shares = new Float32Array(tokens);
    for (let token = 0; token < tokens; token++) {
      const relative = jumps[token] / Math.max(average, averageFloor);
      const predicted = variance[token] + 0.02 + 0.48 * sigmoid(20 * (relative - 3));
      const gain = Math.min(0.99, Math.max(0.01, predicted / (predicted + measurementNoise)));
      shares[token] = gain;
      variance[token] = (1 - gain) ** 2 * predicted + gain ** 2 * measurementNoise;
    }
    if (first) shares.fill(1);
    return { shares, carried: { proposed: proposed.slice(), variance, average: Float32Array.of(average) } };
  },
};
