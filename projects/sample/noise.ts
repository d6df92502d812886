// Repeatable randomness for procedural pictures: integer hashes, value noise and its octaves. The same numbers on every machine.

/** 0…1 from three integers and a seed. */
export function hash(x: number, y: number, z: number, seed = 0): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(z | 0, 0x1b873593) ^ (seed * 7919);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) * 2.3283064365386963e-10;
}

/** Value noise 0…1 in two dimensions, one lattice cell per unit. */
export function noise(x: number, y: number, seed = 0): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const top = hash(ix, iy, 0, seed) * (1 - sx) + hash(ix + 1, iy, 0, seed) * sx;
  const bottom = hash(ix, iy + 1, 0, seed) * (1 - sx) + hash(ix + 1, iy + 1, 0, seed) * sx;
  return top * (1 - sy) + bottom * sy;
}

/** Octaves of noise, 0…1 around 0.5; each octave has double frequency and half amplitude. */
export function octaves(x: number, y: number, count: number, seed = 0): number {
  let sum = 0;
  let amplitude = 0.5;
  let total = 0;
  for (let i = 0; i < count; i++) {
    sum += amplitude * noise(x, y, seed + i * 31);
    total += amplitude;
    amplitude /= 2;
    x = x * 2 + 17.3;
    y = y * 2 + 9.1;
  }
  return sum / total;
}

/** A stream of numbers 0…1 (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) * 2.3283064365386963e-10;
  };
}

/** Smooth step from 0 below `from` to 1 above `to`. */
export function smooth(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
