// Learned places of patches as DINOv2 resizes them (Oquab et al. 2023): by cubic convolution (Keys 1981), as two small matrices made in the graph.
//
// ONNX has an operator for it, but its antialiasing is not everywhere, and its scale cannot differ from the ratio of the sizes.

import type { GraphBuilder, Value } from './graph.ts';
import type { Net } from './layers.ts';

/** `smooth`: widened when it shrinks (PIL's, PyTorch's antialias); a number: plain, with scales as if the new sides were larger by that. */
export type CubicKind = 'smooth' | number;

/**
 * @param name table [1, side² + 1, channels], the class token's row first
 * @param rows, cols int64 scalars, of the grid at hand
 * @returns [1 + rows · cols, channels], float32
 */
export function cubicPositions(
  { g, weights }: Net,
  name: string,
  { channels, side, rows, cols, kind }: { channels: number; side: number; rows: Value; cols: Value; kind: CubicKind },
): Value {
  const table = weights.add(g, name, [1, side * side + 1, channels], {
    keepFloat32: true,
    dims: [side * side + 1, channels],
  });
  const square = g.reshape(g.slice(table, 0, 1), side, side, channels);
  // Plain resizing repeats the border: two rows and columns on each side are all that it can reach.
  const around = kind === 'smooth' ? 0 : 2;
  const padded =
    around === 0 ? square : g.op('Pad', [square, g.ints(around, around, 0, around, around, 0)], { mode: 'edge' });
  const same = g.op('And', [equals(g, rows, side), equals(g, cols, side)], {}, { type: 'bool' });
  const matrix = (count: Value): Value => cubicMatrix(g, count, side, around, kind, same);
  const tall = g.matmul(matrix(rows), g.reshape(padded, side + 2 * around, (side + 2 * around) * channels));
  const wide = g.matmul(matrix(cols), g.reshape(tall, -1, side + 2 * around, channels));
  return g.concat([g.slice(table, 0, 0, 1), g.reshape(wide, -1, channels)], 0);
}

const equals = (g: GraphBuilder, value: Value, number: number): Value =>
  g.op('Equal', [value, g.scalar(number, 'int64')], {}, { type: 'bool' });

const range = (g: GraphBuilder, end: Value): Value =>
  g.cast(g.op('Range', [g.scalar(0, 'int64'), end, g.scalar(1, 'int64')], {}, { type: 'int64' }), 'float32');

/** [count, side + 2 · around]: how much of each old place is in each new one. `same`: nothing is resized at all. */
function cubicMatrix(g: GraphBuilder, count: Value, side: number, around: number, kind: CubicKind, same: Value): Value {
  const grown = g.add(g.cast(count, 'float32'), g.scalar(kind === 'smooth' ? 0 : kind));
  const step = g.op('Where', [same, g.scalar(1), g.div(g.scalar(side), grown)], {}, { type: 'float32' });
  const at = g.op('Unsqueeze', [g.mul(g.add(range(g, count), g.scalar(0.5)), step), g.ints(1)]);
  const places = g.constant(
    Float32Array.from({ length: side + 2 * around }, (_, j) => j - around + 0.5),
    [1, side + 2 * around],
  );
  const distance = g.op('Abs', [g.sub(places, at)]);
  if (kind !== 'smooth') return cubic(g, distance, -0.75);
  const shares = cubic(g, g.div(distance, g.op('Max', [step, g.scalar(1)])), -0.5);
  return g.div(shares, g.op('ReduceSum', [shares, g.ints(1)], { keepdims: 1 }));
}

/** Keys' kernel: (a+2)t³ − (a+3)t² + 1 up to 1, a(t³ − 5t² + 8t − 4) up to 2, zero beyond. */
function cubic(g: GraphBuilder, t: Value, a: number): Value {
  // Horner's form, highest power first.
  const polynomial = (...coefficients: number[]): Value =>
    coefficients.slice(1).reduce((sum, next) => g.add(g.mul(sum, t), g.scalar(next)), g.scalar(coefficients[0]));
  const below = (limit: number): Value => g.op('LessOrEqual', [t, g.scalar(limit)], {}, { type: 'bool' });
  const outer = g.op('Where', [below(2), polynomial(a, -5 * a, 8 * a, -4 * a), g.scalar(0)], {}, { type: 'float32' });
  return g.op('Where', [below(1), polynomial(a + 2, -(a + 3), 0, 1), outer], {}, { type: 'float32' });
}
