// Waves over the plane of a picture, which the heads of VGGT and Depth Anything 3 add to their maps so that they know where in the picture they are.

import type { GraphBuilder, Value } from './graph.ts';
import { dimensionOf } from './view-blocks.ts';

const base = 100;
const strength = 0.1;

/**
 * Adds to a map [1, channels, height, width] for each cell a quarter of the channels of sin(u·ω), cos(u·ω), sin(v·ω), cos(v·ω), ω = 100^(−k/quarter),
 * times 0.1. (u, v) are coordinates of the cell's middle where the picture's diagonal goes from −1 to 1.
 * @param rows, cols int64 scalars: the picture's shape, in patches
 */
export function withPlaneWaves(g: GraphBuilder, map: Value, channels: number, rows: Value, cols: Value): Value {
  const quarter = channels / 4;
  if (!Number.isInteger(quarter)) throw new RangeError(`${channels} channels cannot hold waves in two directions.`);
  const [height, width] = [g.cast(rows, 'float32'), g.cast(cols, 'float32')];
  const diagonal = g.op('Sqrt', [g.add(g.mul(height, height), g.mul(width, width))]);
  const frequencies = g.constant(
    Float32Array.from({ length: quarter }, (_, k) => base ** (-k / quarter)),
    [quarter, 1],
  );
  /** [channels / 2, cells] */
  const waves = (extent: Value, cells: Value): Value => {
    const count = g.cast(cells, 'float32');
    const idx = g.cast(
      g.op('Range', [g.scalar(0, 'int64'), cells, g.scalar(1, 'int64')], {}, { type: 'int64' }),
      'float32',
    );
    const doubled = g.sub(g.add(g.mul(idx, g.scalar(2)), g.scalar(1)), count);
    const at = g.mul(g.div(doubled, count), g.div(extent, diagonal));
    const angles = g.mul(frequencies, g.op('Unsqueeze', [at, g.ints(0)]));
    return g.mul(g.concat([g.op('Sin', [angles]), g.op('Cos', [angles])], 0), g.scalar(strength));
  };
  const across = waves(width, dimensionOf(g, map, 3));
  const down = waves(height, dimensionOf(g, map, 2));
  const half = (part: number): Value => g.slice(map, 1, (part * channels) / 2, ((part + 1) * channels) / 2);
  return g.concat(
    [
      g.add(half(0), g.cast(g.op('Unsqueeze', [across, g.ints(0, 2)]), map.type)),
      g.add(half(1), g.cast(g.op('Unsqueeze', [down, g.ints(0, 3)]), map.type)),
    ],
    1,
  );
}
