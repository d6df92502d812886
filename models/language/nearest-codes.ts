// The nearest code of many vectors at once, as one matrix product in ONNX Runtime: a dense map has more cells than a loop can compare in a second.

import { GraphBuilder } from '../compile/graph.ts';
import { floats, openSession } from '../run/session.ts';

/**
 * @param vectors n × dim unit vectors
 * @param codes m × dim unit vectors, at least one
 * @returns for each vector the code of the largest cosine, and that cosine
 */
export type FindNearest = (
  vectors: Float32Array,
  codes: Float32Array,
  dim: number,
) => Promise<{ idx: Int32Array; cosines: Float32Array }>;

export interface NearestCodes {
  find: FindNearest;
  dispose(): Promise<void>;
}

/** Opens a session on the CPU. For the engine process only: `find` blocks its thread. */
export async function openNearestCodes(): Promise<NearestCodes> {
  const session = await openSession(graph(), { providers: [] });
  return {
    find: async (vectors, codes, dim) => {
      const rows = (data: Float32Array) => floats(data, data.length / dim, dim);
      const { idx, cosines } = await session.run({ vectors: rows(vectors), codes: rows(codes) });
      return { idx: idx.data as Int32Array, cosines: cosines.data as Float32Array };
    },
    dispose: () => session.dispose(),
  };
}

function graph(): Uint8Array {
  const g = new GraphBuilder('nearest-codes');
  const vectors = g.input('vectors', 'float32', ['n', 'dim']);
  const codes = g.input('codes', 'float32', ['m', 'dim']);
  const all = g.op('Gemm', [vectors, codes], { transB: 1 });
  g.output('cosines', g.op('ReduceMax', [all, g.ints(1)], { keepdims: 0 }), ['n']);
  const best = g.op('ArgMax', [all], { axis: 1, keepdims: 0 }, { type: 'int64' });
  g.output('idx', g.cast(best, 'int32'), ['n']);
  return g.encode();
}
