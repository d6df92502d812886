// Brute-force descriptor matching as one matrix product and the two best of every row, in ONNX Runtime.

import { GraphBuilder } from '../../compile/graph.ts';
import { openSession } from '../../run/session.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { descriptorLength, type Features } from '../features/features.ts';

/** Pairs of feature indices: a0, b0, a1, b1, … */
export type Matches = Int32Array;

export interface MatchOptions {
  /** Distance to the best over distance to the second best (Lowe 2004). */
  maxRatio: number;
  /** Only so many features of each photo, the coarsest ones. */
  prefix?: number;
}

/** count × 128 descriptors, of a photo or of a view of it. */
export type Descriptors = Pick<Features, 'count' | 'descriptors'>;

export interface DescriptorMatcher {
  /** Mutual nearest neighbours that pass the ratio test in both directions. */
  match(a: Descriptors, b: Descriptors, options: MatchOptions): Promise<Matches>;
  dispose(): Promise<void>;
}

/** Rows per product: the score matrix of one block stays near the caches. */
const blockRows = 1024;
/** Descriptors are unit vectors times this. */
const unit = 512;

export async function openMatcher(threads: number): Promise<DescriptorMatcher> {
  const session = await openSession(matchGraph(), { providers: [], threads });
  const nearest = async (a: Uint8Array, b: Uint8Array): Promise<{ best: Float32Array; idx: Int32Array }> => {
    const rows = a.length / descriptorLength;
    const best = new Float32Array(2 * rows);
    const idx = new Int32Array(rows);
    const target = tensor(b);
    for (let from = 0; from < rows; from += blockRows) {
      const block = a.subarray(from * descriptorLength, Math.min(rows, from + blockRows) * descriptorLength);
      const out = await session.run({ a: tensor(block), b: target });
      best.set(out.best.data as Float32Array, 2 * from);
      idx.set(out.idx.data as Int32Array, from);
    }
    return { best, idx };
  };
  return {
    async match(a, b, { maxRatio, prefix = Infinity }) {
      const aDescriptors = a.descriptors.subarray(0, Math.min(prefix, a.count) * descriptorLength);
      const bDescriptors = b.descriptors.subarray(0, Math.min(prefix, b.count) * descriptorLength);
      if (aDescriptors.length < 2 * descriptorLength || bDescriptors.length < 2 * descriptorLength)
        return new Int32Array(0);
      const forward = await nearest(aDescriptors, bDescriptors);
      const sure = passing(forward.best, maxRatio);
      if (sure.length === 0) return new Int32Array(0);
      // Only the few targets that were chosen are asked back.
      const asked = [...new Set(sure.map((i) => forward.idx[i]))];
      const rows = new Uint8Array(asked.length * descriptorLength);
      asked.forEach((j, at) => {
        rows.set(bDescriptors.subarray(j * descriptorLength, (j + 1) * descriptorLength), at * descriptorLength);
      });
      const backward = await nearest(rows, aDescriptors);
      const partner = new Map<number, number>();
      for (const at of passing(backward.best, maxRatio)) partner.set(asked[at], backward.idx[at]);
      const pairs = sure.filter((i) => partner.get(forward.idx[i]) === i);
      return Int32Array.from(pairs.flatMap((i) => [i, forward.idx[i]]));
    },
    dispose: () => session.dispose(),
  };
}

const tensor = (data: Uint8Array): NamedTensor => ({
  dtype: 'U8',
  shape: [data.length / descriptorLength, descriptorLength],
  // The runtime cannot read shared memory.
  data: data.slice(),
});

/** Rows whose best neighbour is clearly nearer than the second: squared distances of unit vectors are 2 − 2 · score. */
function passing(best: Float32Array, maxRatio: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < best.length / 2; i++) {
    const nearest = 1 - best[2 * i] / (unit * unit);
    const second = 1 - best[2 * i + 1] / (unit * unit);
    if (nearest < maxRatio * maxRatio * second) rows.push(i);
  }
  return rows;
}

function matchGraph(): Uint8Array {
  const g = new GraphBuilder('match');
  const a = g.input('a', 'uint8', ['n', descriptorLength]);
  const b = g.input('b', 'uint8', ['m', descriptorLength]);
  const scores = g.op('Gemm', [g.cast(a, 'float32'), g.cast(b, 'float32')], { transB: 1 });
  const [best, idx] = g.ops('TopK', [scores, g.ints(2)], 2, { axis: -1 });
  g.output('best', best, ['n', 2]);
  const first = g.op('Slice', [{ ...idx, type: 'int64' as const }, g.ints(0), g.ints(1), g.ints(1)]);
  g.output('idx', g.cast(g.op('Squeeze', [first, g.ints(1)]), 'int32'), ['n']);
  return g.encode();
}
