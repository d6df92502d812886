// Tokens become pixels: each token's numbers are a square of cells, row by row.

import type { GraphBuilder, Value } from './graph.ts';
import { mlp, type Net } from './layers.ts';

/** MLP per token [n, channels], then side × side cells per token: [rows · side, cols · side, count], float32. */
export function shuffled(
  net: Net,
  prefix: string,
  x: Value,
  channels: number,
  count: number,
  { rows, cols }: { rows: Value; cols: Value },
  side = 16,
): Value {
  const { g } = net;
  const hidden = net.weights.rowsOf(`${prefix}.fc1.weight`);
  const y = mlp(net, prefix, x, { inputs: channels, hidden, outputs: count * side * side });
  return asCells(g, y, count, { rows, cols }, side);
}

/** Tokens [rows · cols, count · side · side] → [rows · side, cols · side, count], float32. */
export function asCells(
  g: GraphBuilder,
  y: Value,
  count: number,
  { rows, cols }: { rows: Value; cols: Value },
  side: number,
): Value {
  const split = g.concat([unsqueezed(g, rows), unsqueezed(g, cols), g.ints(count, side, side)], 0);
  const pixels = g.transpose(g.op('Reshape', [g.cast(y, 'float32'), split]), [0, 3, 1, 4, 2]);
  const size = g.concat(
    [g.mul(unsqueezed(g, rows), g.ints(side)), g.mul(unsqueezed(g, cols), g.ints(side)), g.ints(count)],
    0,
  );
  return g.op('Reshape', [pixels, size]);
}

/** A scalar as a vector of one. */
export const unsqueezed = (g: GraphBuilder, value: Value): Value => g.op('Unsqueeze', [value, g.ints(0)]);
