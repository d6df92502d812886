// Pi3 (Wang et al. 2025, model-facts 7) as two graphs: a photo's features, and several photos together, none of which is the first.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { blocksOf, shapesOf } from './clip-names.ts';
import type { PackIdentity } from './cut3r-pack.ts';
import { buildDinoEncoder, type DinoConfig } from './dinov2.ts';
import type { Value } from './graph.ts';
import { linear, type Net } from './layers.ts';
import type { CompileOptions } from './pack-writer.ts';
import { asCells } from './pixel-shuffle.ts';
import type { TensorSource } from './tensor-source.ts';
import { vector, viewBlock, type ViewBlock } from './view-blocks.ts';
import { specialsAndPatches, type ViewTokens } from './view-tokens.ts';
import { writeViewPack } from './view-pack.ts';
import type { ViewsSize } from './views-memory.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const pi3Licence: Manifest['licence'] = {
  id: 'CC-BY-NC-4.0',
  name: 'Creative Commons Attribution-NonCommercial 4.0 (Pi3; its code is BSD-3-Clause)',
  url: 'https://github.com/yyfz/Pi3',
  mustAccept: true,
};

/** The official demo takes what fits into 255 000 pixels; the learned places are those of this side. */
const sizePx = 518;

export interface Pi3Config {
  encoder: DinoConfig;
  channels: number;
  hidden: number;
  heads: number;
  depth: number;
  registers: number;
  /** Of each of the three decoders behind it. */
  branchDepth: number;
}

/** Pi3X, which has a convolutional head, is another network. */
export const isPi3 = ({ tensors }: TensorSource): boolean =>
  tensors.has('camera_decoder.projects.weight') && tensors.has('point_head.proj.weight');

/** @throws StudioFailure 'checkpoint-unsupported' */
function readConfig(source: TensorSource, fileName: string): Pi3Config {
  const shapeOf = shapesOf(source, fileName);
  const [wide, , patchPx] = shapeOf('encoder.patch_embed.proj.weight');
  const [, , registers, channels] = shapeOf('register_token');
  // Only where heads are normalised do shapes tell how wide they are; all parts have heads of one width.
  const headDim = shapeOf('decoder.0.attn.q_norm.weight')[0];
  if (wide !== channels)
    throw new StudioFailure('checkpoint-unsupported', {
      name: fileName,
      reason: `an encoder of ${wide} channels before a decoder of ${channels} is no Pi3 that is known here.`,
    });
  return {
    encoder: {
      channels,
      heads: channels / headDim,
      hidden: shapeOf('encoder.blocks.0.mlp.fc1.weight')[0],
      depth: blocksOf(source, 'encoder.blocks'),
      patchPx,
      side: Math.round(Math.sqrt(shapeOf('encoder.pos_embed')[1] - 1)),
      registers: shapeOf('encoder.register_tokens')[1],
      positions: 'smooth',
    },
    channels,
    hidden: shapeOf('decoder.0.mlp.fc1.weight')[0],
    heads: channels / headDim,
    depth: blocksOf(source, 'decoder'),
    registers,
    branchDepth: blocksOf(source, 'point_decoder.blocks'),
  };
}

/**
 * `features` [views, rows, cols, channels] → `points` [views, height, width, 3] in each view's own axes, `conf` [views, height, width] (before the sigmoid),
 * `camera` [views, 12]: translation 3, and a matrix 9, row by row, near the rotation, window from camera. The window's axes are nobody's.
 */
function buildViews(config: Pi3Config, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('views', ledger, precision);
  const { g, weights } = net;
  const { channels, hidden, heads, depth, registers, encoder } = config;
  const features = g.input('features', 'float32', ['views', 'rows', 'cols', channels]);
  const special = weights.add(g, 'register_token', [1, 1, registers, channels], {
    keepFloat32: true,
    dims: [1, registers, channels],
  });
  const view = specialsAndPatches(g, features, special, registers, { channels, headDim: channels / heads, kinds: 1 });
  const { grid, rope } = view;
  const block: ViewBlock = { channels, hidden, heads, epsilon: 1e-6, headEpsilon: 1e-5, scaled: true, rope };
  let [x, before] = [view.tokens, view.tokens];
  for (let i = 0; i < depth; i++) {
    before = x;
    x = viewBlock(net, `decoder.${i}`, x, grid, i % 2 === 1, block);
  }
  const both = g.concat([before, x], 1);
  const part = (name: string): { tokens: Value; width: number } => branch(net, name, both, view, config);
  const rows = g.mul(grid.views, view.rows);
  const side = encoder.patchPx;
  /** [views, height, width, count] */
  const pixels = (name: string, count: number): Value => {
    const { tokens, width } = part(`${name}_decoder`);
    const cells = linear(net, `${name}_head.proj`, tokens, { inputs: width, outputs: count * side * side });
    // Views stand below each other, as rows of one tall picture.
    const tall = asCells(g, cells, count, { rows, cols: view.cols }, side);
    const [height, across] = [view.rows, view.cols].map((value) => g.mul(value, g.scalar(side, 'int64')));
    return g.op('Reshape', [tall, vector(g, [grid.views, height, across, g.scalar(count, 'int64')])]);
  };
  const raw = pixels('point', 3);
  const z = g.op('Exp', [g.slice(raw, 3, 2)]);
  g.output('points', g.concat([g.mul(g.slice(raw, 3, 0, 2), z), z], 3), ['views', 'height', 'width', 3]);
  g.output('conf', g.op('Squeeze', [pixels('conf', 1), g.ints(3)]), ['views', 'height', 'width']);
  g.output('camera', camera(net, part('camera_decoder'), view), ['views', 12]);
  return built;
}

/** One of the three decoders, which look at each view alone: the patches' tokens [views · rows · cols, width]. */
function branch(
  net: Net,
  name: string,
  tokens: Value,
  { grid, rope, patchesOf }: ViewTokens,
  { channels, heads, branchDepth }: Pi3Config,
): { tokens: Value; width: number } {
  const { g, weights } = net;
  const inner = weights.rowsOf(`${name}.projects.weight`);
  const width = weights.rowsOf(`${name}.linear_out.weight`);
  const block: ViewBlock = {
    channels: inner,
    hidden: weights.rowsOf(`${name}.blocks.0.mlp.fc1.weight`),
    heads: (inner * heads) / channels,
    epsilon: 1e-6,
    headEpsilon: null,
    scaled: false,
    rope,
  };
  let x = linear(net, `${name}.projects`, tokens, { inputs: 2 * channels, outputs: inner });
  for (let i = 0; i < branchDepth; i++) x = viewBlock(net, `${name}.blocks.${i}`, x, grid, false, block);
  const out = g.cast(linear(net, `${name}.linear_out`, x, { inputs: inner, outputs: width }), 'float32');
  return { tokens: g.reshape(patchesOf(out, width), -1, width), width };
}

/** Two residual units on every patch, their mean, two layers: [views, 12]. */
function camera(
  net: Net,
  { tokens, width }: { tokens: Value; width: number },
  { grid, rows, cols }: ViewTokens,
): Value {
  const { g } = net;
  const layer = (name: string, x: Value, outputs = width): Value =>
    g.cast(linear(net, `camera_head.${name}`, x, { inputs: width, outputs }), 'float32');
  const through = (names: readonly string[], x: Value): Value =>
    names.reduce((value, name) => g.op('Relu', [layer(name, value)]), x);
  let x = tokens;
  for (const unit of [0, 1])
    x = g.add(
      x,
      through(
        [1, 2, 3].map((number) => `res_conv.${unit}.res_conv${number}`),
        x,
      ),
    );
  const shape = vector(g, [grid.views, g.mul(rows, cols), g.scalar(width, 'int64')]);
  const mean = g.op('ReduceMean', [g.op('Reshape', [x, shape]), g.ints(1)], { keepdims: 0 });
  const thought = through(['more_mlps.0', 'more_mlps.2'], mean);
  return g.concat([layer('fc_t', thought, 3), layer('fc_rot', thought, 9)], 1);
}

/** Colours' mean and deviation are the same in every file; masks are for training. */
const unused = (name: string): boolean => /^(image_mean|image_std|encoder\.mask_token)$/.test(name);

/** @throws StudioFailure 'checkpoint-unsupported' */
export function buildPi3(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: Pi3Config; graphs: Record<string, BuiltGraph> } {
  const config = readConfig(source, fileName);
  const ledger = new WeightLedger(source);
  const graphs = {
    encoder: buildDinoEncoder(config.encoder, 'encoder.', ledger, precision),
    views: buildViews(config, ledger, precision),
  };
  ledger.assertComplete(fileName, unused);
  return { config, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compilePi3(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildPi3(source, fileName, identity.precision);
  return writeViewPack(source, 'pi3', folder, identity, pi3Views(config), graphs, options);
}

export const pi3Views = ({ channels, hidden, encoder: { patchPx } }: Pi3Config): ViewsSize => ({
  ...{ sizePx, patchPx, channels, hidden },
  levels: 4 * patchPx ** 2,
});
