// The figures evo prints for a list of errors.

export interface Statistics {
  count: number;
  rmse: number;
  mean: number;
  median: number;
  /** Standard deviation around the mean, of the whole list (not of a sample). */
  std: number;
  min: number;
  max: number;
  /** Sum of squares. */
  sse: number;
}

/** All NaN when the list is empty. */
export function statisticsOf(errors: readonly number[]): Statistics {
  const n = errors.length;
  let sum = 0;
  let sse = 0;
  for (const e of errors) {
    sum += e;
    sse += e * e;
  }
  const mean = sum / n;
  let variance = 0;
  for (const e of errors) variance += (e - mean) ** 2;
  const sorted = Float64Array.from(errors).sort();
  return {
    count: n,
    rmse: Math.sqrt(sse / n),
    mean,
    median: medianOfSorted(sorted),
    std: Math.sqrt(variance / n),
    min: n > 0 ? sorted[0] : NaN,
    max: n > 0 ? sorted[n - 1] : NaN,
    sse: n > 0 ? sse : NaN,
  };
}

/** The middle value, or the mean of the two middle ones; NaN when empty. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  if (n === 0) return NaN;
  const half = n >> 1;
  return n % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export const medianOf = (values: ArrayLike<number>): number => medianOfSorted(Float64Array.from(values).sort());
