// A checkpoint of random numbers: for the tiny test pack, and for measuring full-size models without their weights.

import type { Dtype } from '../../projects/format/safetensors.ts';
import type { TensorInfo, TensorSource } from './tensor-source.ts';

/**
 * Weights are normal with deviation 1/√inputs, norms are ones, biases zeros: a network that neither explodes nor dies.
 * @param change called with each tensor after it is drawn
 */
export function randomSource(
  shapes: Readonly<Record<string, readonly number[]>>,
  expression: string,
  change: (name: string, data: Float32Array) => void = () => {},
): TensorSource {
  const tensors = new Map<string, TensorInfo>(
    Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'F32' as Dtype, shape }]),
  );
  return {
    tensors,
    expression,
    read: async (name) => {
      const shape = shapes[name];
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
      if (/norm[^.]*\.weight$|\.norm\.weight$/.test(name)) data.fill(1);
      else if (!name.endsWith('.bias')) fillNormal(data, 1 / Math.sqrt(fanIn(shape)), seedOf(name));
      change(name, data);
      return data;
    },
    close: async () => {},
  };
}

const fanIn = (shape: readonly number[]): number => shape.slice(1).reduce((product, n) => product * n, 1);

/** FNV-1a of the name: each tensor has its own numbers, the same in every run. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Sum of four uniform numbers of a xorshift generator, close enough to normal and fast for 800 million of them. */
function fillNormal(data: Float32Array, deviation: number, seed: number): void {
  let state = seed | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state * 4.656612873077393e-10; // −1…1
  };
  const factor = deviation * Math.sqrt(3 / 4);
  for (let i = 0; i < data.length; i++) data[i] = (next() + next() + next() + next()) * factor;
}
