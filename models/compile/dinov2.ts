// DINOv2's vision transformer (Oquab et al. 2023) as the photo encoder of VGGT and Pi3, and the first blocks of Depth Anything 3.

import { startGraph, type BuiltGraph } from './built-graph.ts';
import { cubicPositions, type CubicKind } from './cubic-positions.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { layerNorm, type Net } from './layers.ts';
import { dimensionOf, vector, viewBlock, type ViewBlock } from './view-blocks.ts';
import type { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export interface DinoConfig {
  channels: number;
  heads: number;
  hidden: number;
  depth: number;
  patchPx: number;
  /** Patches along one side of the pictures it was trained on. */
  side: number;
  registers: number;
  positions: CubicKind;
}

/** Mean and deviation of ImageNet's colours, 0…1. */
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

/**
 * `image` [1, 3, height, width] in −1…1 → `features` [rows, cols, channels], without class token and registers.
 * @param prefix of its tensors, with the dot
 * @param normed whether the last norm is part of it
 */
export function buildDinoEncoder(
  config: DinoConfig,
  prefix: string,
  ledger: WeightLedger,
  precision: Precision,
  normed = true,
): BuiltGraph {
  const { net, built } = startGraph('encoder', ledger, precision);
  const { g } = net;
  const { channels, depth, registers } = config;
  const image = g.input('image', 'float32', [1, 3, 'height', 'width']);
  const { tokens, rows, cols } = embed(net, config, prefix, colours(g, image));
  const grid = { views: g.scalar(1, 'int64'), perView: dimensionOf(g, tokens, 0) };
  let x = tokens;
  for (let i = 0; i < depth; i++) x = viewBlock(net, `${prefix}blocks.${i}`, x, grid, true, dinoBlock(config));
  const last = normed ? layerNorm(net, `${prefix}norm`, x, channels) : x;
  const patches = g.slice(g.cast(last, 'float32'), 0, 1 + registers);
  const shape = vector(g, [rows, cols, g.scalar(channels, 'int64')]);
  g.output('features', g.op('Reshape', [patches, shape]), ['rows', 'cols', channels]);
  return built;
}

const dinoBlock = ({ channels, hidden, heads }: DinoConfig): ViewBlock => ({
  channels,
  hidden,
  heads,
  epsilon: 1e-6,
  headEpsilon: null,
  scaled: true,
  rope: null,
});

/** −1…1 → 0…1 → by ImageNet's mean and deviation. */
function colours(g: GraphBuilder, image: Value): Value {
  const factor = g.constant(
    Float32Array.from(deviation, (value) => 0.5 / value),
    [1, 3, 1, 1],
  );
  const summand = g.constant(
    Float32Array.from(mean, (value, i) => (0.5 - value) / deviation[i]),
    [1, 3, 1, 1],
  );
  return g.add(g.mul(image, factor), summand);
}

/** Class token, registers, patches: [1 + registers + rows · cols, channels]. */
function embed(
  net: Net,
  { channels, patchPx, side, registers, positions }: DinoConfig,
  prefix: string,
  image: Value,
): { tokens: Value; rows: Value; cols: Value } {
  const { g, weights } = net;
  const keep = { keepFloat32: true };
  const w = weights.add(g, `${prefix}patch_embed.proj.weight`, [channels, 3, patchPx, patchPx], keep);
  const b = weights.add(g, `${prefix}patch_embed.proj.bias`, [channels], keep);
  const planes = g.op('Conv', [image, w, b], { kernel_shape: [patchPx, patchPx], strides: [patchPx, patchPx] });
  const [rows, cols] = [dimensionOf(g, planes, 2), dimensionOf(g, planes, 3)];
  const patches = g.reshape(g.transpose(planes, [0, 2, 3, 1]), -1, channels);
  const own = weights.add(g, `${prefix}cls_token`, [1, 1, channels], { ...keep, dims: [1, channels] });
  const places = cubicPositions(net, `${prefix}pos_embed`, { channels, side, rows, cols, kind: positions });
  const placed = g.add(g.concat([own, patches], 0), places);
  if (registers === 0) return { tokens: placed, rows, cols };
  const extra = weights.add(g, `${prefix}register_tokens`, [1, registers, channels], {
    ...keep,
    dims: [registers, channels],
  });
  return { tokens: g.concat([g.slice(placed, 0, 0, 1), extra, g.slice(placed, 0, 1)], 0), rows, cols };
}
