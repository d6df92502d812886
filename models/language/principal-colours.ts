// Features as colours: the three directions in which they differ most become red, green and blue.

/** Rounds of power iteration: far more than a picture needs. */
const rounds = 40;

/**
 * Principal components of weighted vectors, by power iteration with deflation, as bytes.
 * @param vectors n × dim
 * @param weights n, how many splats have the vector
 * @returns n × 3; a component's mean is 128 and two standard deviations reach the ends
 */
export function principalColours(vectors: Float32Array, dim: number, weights: ArrayLike<number>): Uint8Array {
  const n = vectors.length / dim;
  const left = centred(vectors, dim, weights);
  const colours = new Uint8Array(3 * n).fill(128);
  let total = 0;
  for (let i = 0; i < n; i++) total += weights[i];
  for (let component = 0; component < 3; component++) {
    const axis = strongestAxis(left, dim, weights);
    if (axis === null) break;
    const values = Float32Array.from({ length: n }, (_, i) => dotAt(left, i * dim, axis));
    const variance = values.reduce((sum, value, i) => sum + weights[i] * value * value, 0) / Math.max(total, 1);
    const scale = 127 / (2 * Math.sqrt(variance) || 1);
    for (let i = 0; i < n; i++) {
      colours[3 * i + component] = Math.max(0, Math.min(255, Math.round(128 + values[i] * scale)));
      for (let k = 0; k < dim; k++) left[i * dim + k] -= values[i] * axis[k];
    }
  }
  return colours;
}

function centred(vectors: Float32Array, dim: number, weights: ArrayLike<number>): Float32Array {
  const mean = new Float64Array(dim);
  let total = 0;
  for (let i = 0; i < vectors.length / dim; i++) {
    total += weights[i];
    for (let k = 0; k < dim; k++) mean[k] += weights[i] * vectors[i * dim + k];
  }
  return vectors.map((value, at) => value - mean[at % dim] / Math.max(total, 1e-9));
}

/** Unit vector of largest weighted variance, its largest entry positive; null when nothing differs. */
function strongestAxis(vectors: Float32Array, dim: number, weights: ArrayLike<number>): Float64Array | null {
  // A fixed start that is at right angles to no direction one would expect.
  let axis = Float64Array.from({ length: dim }, (_, k) => Math.sin(12.9898 * (k + 1)) + 1e-3);
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(dim);
    for (let i = 0; i < vectors.length / dim; i++) {
      const along = weights[i] * dotAt(vectors, i * dim, axis);
      for (let k = 0; k < dim; k++) next[k] += along * vectors[i * dim + k];
    }
    const length = Math.hypot(...next);
    if (!(length > 1e-9)) return null;
    axis = next.map((value) => value / length);
  }
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

function dotAt(vectors: Float32Array, at: number, axis: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < axis.length; k++) sum += vectors[at + k] * axis[k];
  return sum;
}
