// A small seeded generator: every robust estimate of a run can be repeated bit by bit.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [0, below). */
  below(below: number): number;
  /** Normal with mean 0 and variance 1 (Box and Muller). */
  normal(): number;
  /** `count` different whole numbers below `total`, into `out`. */
  sample(total: number, count: number, out: Int32Array): void;
}

/** Generator mulberry32 (public domain, Tommy Ettinger): 32 bits of state. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    sample(total, count, out) {
      for (let i = 0; i < count; i++) {
        let pick = below(total);
        for (let j = 0; j < i; j++) {
          if (out[j] === pick) {
            pick = below(total);
            j = -1;
          }
        }
        out[i] = pick;
      }
    },
  };
}
