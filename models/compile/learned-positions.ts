// Learned places of patches, resized to the grid of the picture at hand, as CLIP and the vision transformers of timm have them.

import { float, type Value } from './graph.ts';
import type { Net } from './layers.ts';

/**
 * @param name table of side² + 1 rows, the class token's first; `stored` is its shape in the file
 * @param planesShape [1, channels, rows, cols] of the grid at hand
 * @param mode how the official code resizes it
 * @returns [1 + rows · cols, channels]
 */
export function learnedPositions(
  { g, weights }: Net,
  name: string,
  stored: readonly number[],
  {
    channels,
    side,
    planesShape,
    mode,
  }: { channels: number; side: number; planesShape: Value; mode: 'cubic' | 'linear' },
): Value {
  const table = weights.add(g, name, stored, { keepFloat32: true, dims: [side * side + 1, channels] });
  const square = g.op('Unsqueeze', [
    g.transpose(g.reshape(g.slice(table, 0, 1), side, side, channels), [2, 0, 1]),
    g.ints(0),
  ]);
  const sizes = g.concat([g.ints(1, channels), g.slice(planesShape, 0, 2)], 0);
  // The coefficient is PyTorch's; other modes do not read it.
  const options = { mode, coordinate_transformation_mode: 'half_pixel', cubic_coeff_a: float(-0.75) };
  const resized = g.op('Resize', [square, null, null, sizes], options);
  return g.concat([g.slice(table, 0, 0, 1), g.reshape(g.transpose(resized, [0, 2, 3, 1]), -1, channels)], 0);
}
