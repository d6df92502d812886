// Adam (Kingma and Ba 2015) over splats, for those alone that the last views have seen, each kept near where it began.
//
// A splat begins on a surface that geometry has measured. It may change its colour and opacity freely, but moves, grows and shrinks only within a few
// of its own sizes: so none can float off, stretch into a needle, or stand for another thing than its row in the file says.

import { at, logit, mostOpaque, stride } from './splat-values.ts';

const [beta1, beta2, epsilon] = [0.9, 0.99, 1e-15];

/** Change per step: means in sizes of the splat, the others in their own units. */
export const rates = { mean: 0.03, logScale: 0.012, rotation: 0.006, color: 0.008, opacity: 0.06 };

/** How far a splat may go from where it began. */
const reach = { sizes: 2, grow: Math.log(2), shrink: Math.log(4) };

export interface SplatOptimiser {
  values: Float32Array;
  /** As `values` before the first step. */
  first: Float32Array;
  /** First and second moments of the gradients; as `values`. */
  moments: Float32Array;
  squares: Float32Array;
  /** How often each splat has been stepped. */
  steps: Uint16Array;
}

/**
 * One step for the splats `from` … before `to`, by the sum of the gradients; these are zero afterwards.
 * @param pace multiplies all rates
 */
export function adamStep(
  { values, first, moments, squares, steps }: SplatOptimiser,
  gradients: readonly Float32Array[],
  from: number,
  to: number,
  pace: number,
): void {
  const rateOf = new Float64Array(stride);
  rateOf.fill(pace * rates.logScale, at.logScale, at.rotation);
  rateOf.fill(pace * rates.rotation, at.rotation, at.color);
  rateOf.fill(pace * rates.color, at.color, at.opacity);
  rateOf[at.opacity] = pace * rates.opacity;
  const highest = logit(mostOpaque);
  const own = gradients[0];
  for (let i = from; i < to; i++) {
    const o = stride * i;
    let seen = 0;
    for (let k = 0; k < stride; k++) {
      let sum = own[o + k];
      for (let other = 1; other < gradients.length; other++) {
        sum += gradients[other][o + k];
        gradients[other][o + k] = 0;
      }
      own[o + k] = sum;
      seen += Math.abs(sum);
    }
    if (seen === 0) continue;
    const step = Math.min(65535, steps[i] + 1);
    steps[i] = step;
    const firstBias = 1 / (1 - beta1 ** step);
    const secondBias = 1 / (1 - beta2 ** step);
    const size = sizeOf(first, o);
    for (let k = 0; k < stride; k++) {
      const g = own[o + k];
      own[o + k] = 0;
      const m = beta1 * moments[o + k] + (1 - beta1) * g;
      const s = beta2 * squares[o + k] + (1 - beta2) * g * g;
      moments[o + k] = m;
      squares[o + k] = s;
      const rate = k < at.logScale ? pace * rates.mean * size : rateOf[k];
      values[o + k] -= (rate * m * firstBias) / (Math.sqrt(s * secondBias) + epsilon);
    }
    for (let k = 0; k < 3; k++) {
      values[o + k] = between(values[o + k], first[o + k] - reach.sizes * size, first[o + k] + reach.sizes * size);
      const scale = o + at.logScale + k;
      values[scale] = between(values[scale], first[scale] - reach.shrink, first[scale] + reach.grow);
      values[o + at.color + k] = between(values[o + at.color + k], 0, 1);
    }
    values[o + at.opacity] = between(values[o + at.opacity], -8, highest);
  }
}

/** Middle one of the three standard deviations: the width of a disc. */
function sizeOf(first: Float32Array, o: number): number {
  const a = first[o + at.logScale];
  const b = first[o + at.logScale + 1];
  const c = first[o + at.logScale + 2];
  return Math.exp(Math.max(Math.min(a, b), Math.min(Math.max(a, b), c)));
}

const between = (value: number, least: number, most: number): number =>
  value < least ? least : value > most ? most : value;
