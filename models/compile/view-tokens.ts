// The tokens of several views: a few learned ones for each, then its patches; the first view has learned ones of its own.

import type { GraphBuilder, Value } from './graph.ts';
import type { RopeTable } from './layers.ts';
import { fixedPositions, gridPositions, ropeTable } from './positions.ts';
import { dimensionOf, vector, type ViewGrid } from './view-blocks.ts';

export interface ViewTokens {
  /** [views · (specials + rows · cols), channels] */
  tokens: Value;
  grid: ViewGrid;
  /** Patches stand at (row + 1, column + 1), learned tokens at (0, 0). */
  rope: RopeTable;
  /** The same with every patch at (1, 1): for attention that does not ask where in the picture. */
  flatRope: RopeTable;
  rows: Value;
  cols: Value;
  /** Patches of such tokens as [views, rows, cols, channels]. */
  patchesOf(tokens: Value, channels: number): Value;
}

/**
 * @param features [views, rows, cols, channels]
 * @param special [1 or 2, specials, channels]: of the first view and of all others, or of every view
 */
export function specialsAndPatches(
  g: GraphBuilder,
  features: Value,
  special: Value,
  specials: number,
  { channels, headDim, kinds = 2 }: { channels: number; headDim: number; kinds?: 1 | 2 },
): ViewTokens {
  const [views, rows, cols] = [0, 1, 2].map((axis) => dimensionOf(g, features, axis));
  const all = g.op('Range', [g.scalar(0, 'int64'), views, g.scalar(1, 'int64')], {}, { type: 'int64' });
  const which = g.op('Min', [all, g.scalar(kinds - 1, 'int64')]);
  const width = g.scalar(channels, 'int64');
  const patches = g.op('Reshape', [features, vector(g, [views, g.mul(rows, cols), width])]);
  const tokens = g.reshape(g.concat([g.op('Gather', [special, which], { axis: 0 }), patches], 1), -1, channels);
  const perView = g.add(g.mul(rows, cols), g.scalar(specials, 'int64'));
  const zeros = fixedPositions(
    g,
    Array.from({ length: specials }, () => [0, 0] as const),
  );
  const places = g.add(gridPositions(g, rows, cols), g.scalar(1));
  const flat = g.add(g.mul(places, g.scalar(0)), g.scalar(1));
  return {
    tokens,
    grid: { views, perView },
    rope: ropeTable(g, g.concat([zeros, places], 0), headDim),
    flatRope: ropeTable(g, g.concat([zeros, flat], 0), headDim),
    rows,
    cols,
    patchesOf: (value, count) => {
      const each = g.op('Reshape', [value, vector(g, [views, perView, g.scalar(count, 'int64')])]);
      return g.op('Reshape', [g.slice(each, 1, specials), vector(g, [views, rows, cols, g.scalar(count, 'int64')])]);
    },
  };
}
