// Positions of tokens and the RoPE tables made from them, computed inside the graph so that picture sizes stay free.

import type { GraphBuilder, Value } from './graph.ts';
import type { RopeTable } from './layers.ts';

/** Row and column of each token as float32 [n, 2]. */
export type Positions = Value;

/** Positions of a grid of patches, row by row. `rows` and `cols` are int64 scalars. */
export function gridPositions(g: GraphBuilder, rows: Value, cols: Value): Positions {
  const range = (end: Value): Value =>
    g.cast(g.op('Range', [g.scalar(0, 'int64'), end, g.scalar(1, 'int64')], {}, { type: 'int64' }), 'float32');
  const shape = g.concat([g.op('Unsqueeze', [rows, g.ints(0)]), g.op('Unsqueeze', [cols, g.ints(0)])], 0);
  const row = g.op('Expand', [g.op('Unsqueeze', [range(rows), g.ints(1)]), shape]);
  const col = g.op('Expand', [g.op('Unsqueeze', [range(cols), g.ints(0)]), shape]);
  return g.concat([g.reshape(row, -1, 1), g.reshape(col, -1, 1)], 1);
}

/** Positions known beforehand, as pairs row, column. */
export function fixedPositions(g: GraphBuilder, pairs: readonly (readonly [number, number])[]): Positions {
  return g.constant(Float32Array.from(pairs.flat()), [pairs.length, 2]);
}

/**
 * Angle tables of 2D RoPE: for a head of d channels, d/4 frequencies base^(−4j/d) turn by the row and as many by the column.
 * The angle is position × frequency, so negative positions turn backwards, as the official kernel does.
 */
export function ropeTable(g: GraphBuilder, positions: Positions, headDim: number, base = 100): RopeTable {
  const quarter = headDim / 4;
  if (!Number.isInteger(quarter))
    throw new RangeError(`A head of ${headDim} channels cannot be rotated in two dimensions.`);
  const frequencies = g.constant(
    Float32Array.from({ length: quarter }, (_, j) => base ** (-j / quarter)),
    [1, 1, quarter],
  );
  // [n, 2, 1] × [1, 1, quarter] → [n, 2 · quarter]: row angles, then column angles.
  const angles = g.reshape(g.mul(g.op('Unsqueeze', [positions, g.ints(2)]), frequencies), -1, 2 * quarter);
  const count = g.op('Shape', [positions], { start: 0, end: 1 }, { type: 'int64' });
  const rows = g.op(
    'Range',
    [g.scalar(0, 'int64'), g.op('Squeeze', [count, g.ints(0)]), g.scalar(1, 'int64')],
    {},
    { type: 'int64' },
  );
  return { cos: g.op('Cos', [angles]), sin: g.op('Sin', [angles]), rows: g.op('Unsqueeze', [rows, g.ints(0)]) };
}
