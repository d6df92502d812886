// From features to what they are asked for, in closed form: ridge regression on the features and on one layer of random rectified sums of them.
//
// Feat2GS (Chen et al. 2025) trains a small perceptron for every scene by gradient descent. Here its hidden layer is drawn at random and only its last
// layer is fitted (random features: Rahimi and Recht 2008): the optimum is exact, the same every time, and there after seconds on a processor.

import { factorCholesky, solveCholesky } from '../../geometry/linear-algebra/cholesky.ts';
import { seededRandom } from '../../geometry/linear-algebra/random.ts';

/** Rectified sums beside the features themselves. */
const hidden = 256;
/** Weight of the ridge per sample, on inputs of unit variance. */
const ridge = 1e-3;

export class Readout {
  readonly #dim: number;
  readonly #outputs: number;
  readonly #mean: Float64Array;
  readonly #perDeviation: Float64Array;
  /** hidden × dim, and a threshold each. */
  readonly #directions: Float32Array;
  readonly #thresholds: Float32Array;
  /** outputs × (dim + hidden + 1), the last column for what is constant. */
  #weights = new Float32Array(0);

  private constructor(inputs: Float32Array, dim: number, outputs: number) {
    this.#dim = dim;
    this.#outputs = outputs;
    ({ mean: this.#mean, perDeviation: this.#perDeviation } = spreadOf(inputs, dim));
    const random = seededRandom(20250327);
    this.#directions = Float32Array.from({ length: hidden * dim }, () => random.normal() / Math.sqrt(dim));
    this.#thresholds = Float32Array.from({ length: hidden }, () => random.normal());
  }

  /**
   * @param inputs n × dim
   * @param targets n × outputs
   */
  static fit(inputs: Float32Array, dim: number, targets: Float32Array, outputs: number): Readout {
    const readout = new Readout(inputs, dim, outputs);
    const columns = dim + hidden + 1;
    const normal = new Float64Array(columns * columns);
    const right = Array.from({ length: outputs }, () => new Float64Array(columns));
    const row = new Float32Array(columns);
    const n = inputs.length / dim;
    for (let i = 0; i < n; i++) {
      readout.#expand(inputs, i * dim, row);
      for (let a = 0; a < columns; a++) {
        const value = row[a];
        if (value === 0) continue;
        const at = a * columns;
        for (let b = 0; b <= a; b++) normal[at + b] += value * row[b];
        for (let k = 0; k < outputs; k++) right[k][a] += value * targets[i * outputs + k];
      }
    }
    // The constant is not held back, or answers would be drawn towards zero.
    for (let a = 0; a < columns - 1; a++) normal[a * columns + a] += ridge * Math.max(1, n);
    normal[columns * columns - 1] += 1e-9;
    if (!factorCholesky(normal, columns)) throw new RangeError('The features are not finite.');
    readout.#weights = new Float32Array(outputs * columns);
    right.forEach((vector, k) => {
      solveCholesky(normal, columns, vector);
      readout.#weights.set(vector, k * columns);
    });
    return readout;
  }

  /** @param inputs n × dim → n × outputs */
  apply(inputs: Float32Array): Float32Array {
    const n = inputs.length / this.#dim;
    const columns = this.#dim + hidden + 1;
    const row = new Float32Array(columns);
    const out = new Float32Array(n * this.#outputs);
    for (let i = 0; i < n; i++) {
      this.#expand(inputs, i * this.#dim, row);
      for (let k = 0; k < this.#outputs; k++) {
        let sum = 0;
        for (let a = 0, w = k * columns; a < columns; a++, w++) sum += row[a] * this.#weights[w];
        out[i * this.#outputs + k] = sum;
      }
    }
    return out;
  }

  /** Standardised features, rectified sums, one. */
  #expand(inputs: Float32Array, at: number, row: Float32Array): void {
    const dim = this.#dim;
    for (let k = 0; k < dim; k++) row[k] = (inputs[at + k] - this.#mean[k]) * this.#perDeviation[k];
    for (let h = 0; h < hidden; h++) {
      let sum = this.#thresholds[h];
      for (let k = 0, d = h * dim; k < dim; k++, d++) sum += row[k] * this.#directions[d];
      row[dim + h] = sum > 0 ? sum : 0;
    }
    row[dim + hidden] = 1;
  }
}

/** Features that do not vary count nothing. */
function spreadOf(inputs: Float32Array, dim: number): { mean: Float64Array; perDeviation: Float64Array } {
  const n = Math.max(1, inputs.length / dim);
  const mean = new Float64Array(dim);
  const squares = new Float64Array(dim);
  for (let i = 0; i < inputs.length; i++) mean[i % dim] += inputs[i] / n;
  for (let i = 0; i < inputs.length; i++) squares[i % dim] += (inputs[i] - mean[i % dim]) ** 2 / n;
  return { mean, perDeviation: squares.map((variance) => (variance > 1e-12 ? 1 / Math.sqrt(variance) : 0)) };
}
