// The exposure of every photo against the mean of all: what makes photos of one place differ although the splats are right.

const [beta1, beta2, epsilon] = [0.9, 0.99, 1e-15];
const rate = 0.005;

/** Logarithm of each photo's exposure by channel, stepped by Adam (Kingma and Ba 2015). */
export class Exposures {
  readonly #logGains: Float64Array;
  readonly #moments: Float64Array;
  readonly #squares: Float64Array;
  readonly #steps: Uint32Array;

  constructor(photos: number) {
    this.#logGains = new Float64Array(3 * photos);
    this.#moments = new Float64Array(3 * photos);
    this.#squares = new Float64Array(3 * photos);
    this.#steps = new Uint32Array(photos);
  }

  /** Red, green, blue. */
  of(photo: number): number[] {
    return [...this.#logGains.subarray(3 * photo, 3 * photo + 3)];
  }

  step(photo: number, gradient: readonly number[], pace: number): void {
    const step = ++this.#steps[photo];
    gradient.forEach((g, k) => {
      const i = 3 * photo + k;
      this.#moments[i] = beta1 * this.#moments[i] + (1 - beta1) * g;
      this.#squares[i] = beta2 * this.#squares[i] + (1 - beta2) * g * g;
      const mean = this.#moments[i] / (1 - beta1 ** step);
      this.#logGains[i] -= (rate * pace * mean) / (Math.sqrt(this.#squares[i] / (1 - beta2 ** step)) + epsilon);
    });
  }

  /** Together the photos have the exposure they have: only differences are taken out. */
  centre(members: readonly number[]): void {
    for (let k = 0; k < 3; k++) {
      const mean = members.reduce((sum, i) => sum + this.#logGains[3 * i + k], 0) / members.length;
      for (const i of members) this.#logGains[3 * i + k] -= mean;
    }
  }
}
