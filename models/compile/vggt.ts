// VGGT (Wang et al. 2025, model-facts 6) as graphs: a photo's features, several photos together, and the depth and the points of one of them.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { blocksOf, shapesOf } from './clip-names.ts';
import type { PackIdentity } from './cut3r-pack.ts';
import { buildDinoEncoder, type DinoConfig } from './dinov2.ts';
import { float, type Value } from './graph.ts';
import { layerNorm, linear, mlp, type Net } from './layers.ts';
import type { CompileOptions } from './pack-writer.ts';
import type { TensorSource } from './tensor-source.ts';
import { dimensionOf, vector, viewBlock, type ViewBlock } from './view-blocks.ts';
import { outputDepth, viewHead, type ViewHead } from './view-head.ts';
import { specialsAndPatches } from './view-tokens.ts';
import { writeViewPack } from './view-pack.ts';
import type { ViewsSize } from './views-memory.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const vggtLicence: Manifest['licence'] = {
  id: 'VGGT',
  name: 'VGGT License by Meta (its first checkpoint, VGGT-1B, is for non-commercial use only)',
  url: 'https://github.com/facebookresearch/vggt/blob/main/LICENSE.txt',
  mustAccept: true,
};

/** Rounds in which the cameras are guessed, looked at and corrected. */
const cameraRounds = 4;
/** Translation 3, quaternion x y z w 4, vertical and horizontal field of view 2. */
const cameraNumbers = 9;

export interface VggtConfig {
  encoder: DinoConfig;
  channels: number;
  hidden: number;
  heads: number;
  depth: number;
  /** Tokens of a view beside its patches and its camera. */
  registers: number;
  cameraDepth: number;
  /** Layers that the heads look at. */
  taps: readonly number[];
  sizePx: number;
}

export const isVggt = ({ tensors }: TensorSource): boolean =>
  tensors.has('aggregator.camera_token') && tensors.has('camera_head.poseLN_modulation.1.weight');

/** @throws StudioFailure 'checkpoint-unsupported' */
function readConfig(source: TensorSource, fileName: string): VggtConfig {
  const shapeOf = shapesOf(source, fileName);
  const dino = 'aggregator.patch_embed';
  const channels = shapeOf('aggregator.camera_token')[3];
  const [wide, , patchPx] = shapeOf(`${dino}.patch_embed.proj.weight`);
  // The number of heads shows only where each head is normalised; all parts have as many.
  const heads = channels / shapeOf('aggregator.frame_blocks.0.attn.q_norm.weight')[0];
  const depth = blocksOf(source, 'aggregator.frame_blocks');
  const side = Math.round(Math.sqrt(shapeOf(`${dino}.pos_embed`)[1] - 1));
  if (!Number.isInteger(heads) || depth < 4 || channels !== wide)
    throw new StudioFailure('checkpoint-unsupported', {
      name: fileName,
      reason: `${depth} layers of ${channels} channels after an encoder of ${wide} are no VGGT that is known here.`,
    });
  return {
    encoder: {
      channels,
      heads,
      hidden: shapeOf(`${dino}.blocks.0.mlp.fc1.weight`)[0],
      depth: blocksOf(source, `${dino}.blocks`),
      patchPx,
      side,
      registers: shapeOf(`${dino}.register_tokens`)[1],
      positions: 'smooth',
    },
    channels,
    hidden: shapeOf('aggregator.frame_blocks.0.mlp.fc1.weight')[0],
    heads,
    depth,
    registers: shapeOf('aggregator.register_token')[2],
    cameraDepth: blocksOf(source, 'camera_head.trunk'),
    // 4, 11, 17 and 23 of 24.
    taps: [Math.floor(depth / 5), Math.floor(depth / 2) - 1, Math.floor((depth * 3) / 4) - 1, depth - 1],
    sizePx: side * patchPx,
  };
}

/**
 * `features` [views, rows, cols, channels], the reference view first → `level_0` … `level_3` [views, rows, cols, 2 · channels] for the heads,
 * `camera` [views, 9]: camera from window (axes of the first view), quaternion x y z w, fields of view in radians.
 */
function buildViews(config: VggtConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('views', ledger, precision);
  const { g, weights } = net;
  const { channels, hidden, heads, depth, registers, taps } = config;
  const features = g.input('features', 'float32', ['views', 'rows', 'cols', channels]);
  const keep = (name: string, count: number): Value =>
    weights.add(g, name, [1, 2, count, channels], { keepFloat32: true, dims: [2, count, channels] });
  const special = g.concat([keep('aggregator.camera_token', 1), keep('aggregator.register_token', registers)], 1);
  const { tokens, grid, rope, patchesOf } = specialsAndPatches(g, features, special, 1 + registers, {
    channels,
    headDim: channels / heads,
  });
  const block: ViewBlock = { channels, hidden, heads, epsilon: 1e-5, headEpsilon: 1e-5, scaled: true, rope };
  let x = tokens;
  let last = tokens;
  for (let i = 0; i < depth; i++) {
    const own = viewBlock(net, `aggregator.frame_blocks.${i}`, x, grid, false, block);
    x = viewBlock(net, `aggregator.global_blocks.${i}`, own, grid, true, block);
    last = g.concat([own, x], 1);
    const level = taps.indexOf(i);
    if (level >= 0) g.output(`level_${level}`, patchesOf(last, 2 * channels), ['views', 'rows', 'cols', 2 * channels]);
  }
  const all = g.op('Reshape', [last, vector(g, [grid.views, grid.perView, g.scalar(2 * channels, 'int64')])]);
  const cameraTokens = g.reshape(g.slice(all, 1, 0, 1), -1, 2 * channels);
  g.output('camera', camera(net, config, cameraTokens), ['views', cameraNumbers]);
  return built;
}

/** @param tokens [views, 2 · channels] */
function camera(net: Net, { channels, heads, cameraDepth }: VggtConfig, tokens: Value): Value {
  const { g, weights } = net;
  const width = 2 * channels;
  const head = 'camera_head';
  const grid = { views: g.scalar(1, 'int64'), perView: dimensionOf(g, tokens, 0) };
  const trunkWidth = weights.rowsOf(`${head}.trunk.0.mlp.fc1.weight`);
  const block: ViewBlock = {
    channels: width,
    hidden: trunkWidth,
    heads,
    epsilon: 1e-5,
    headEpsilon: null,
    scaled: true,
    rope: null,
  };
  const known = g.cast(layerNorm(net, `${head}.token_norm`, tokens, width, 1e-5), 'float32');
  const ones = g.constant(new Float32Array(width).fill(1), [width]);
  const even = g.op('LayerNormalization', [known, ones], { axis: -1, epsilon: float(1e-6) });
  let guess = weights.add(g, `${head}.empty_pose_tokens`, [1, 1, cameraNumbers], {
    keepFloat32: true,
    dims: [1, cameraNumbers],
  });
  let sum: Value | null = null;
  for (let round = 0; round < cameraRounds; round++) {
    const thought = linear(net, `${head}.embed_pose`, guess, { inputs: cameraNumbers, outputs: width });
    const silu = g.mul(thought, g.op('Sigmoid', [thought]));
    const modulation = g.cast(
      linear(net, `${head}.poseLN_modulation.1`, silu, { inputs: width, outputs: 3 * width }),
      'float32',
    );
    const part = (idx: number): Value => g.slice(modulation, 1, idx * width, (idx + 1) * width);
    const bent = g.add(g.mul(even, g.add(part(1), g.scalar(1))), part(0));
    let x = g.add(g.mul(part(2), bent), known);
    for (let i = 0; i < cameraDepth; i++) x = viewBlock(net, `${head}.trunk.${i}`, x, grid, true, block);
    const normed = layerNorm(net, `${head}.trunk_norm`, x, width, 1e-5);
    const size = { inputs: width, hidden: width / 2, outputs: cameraNumbers };
    const change = g.cast(mlp(net, `${head}.pose_branch`, normed, size), 'float32');
    sum = sum ? g.add(sum, change) : change;
    guess = sum;
  }
  const pose = g.slice(guess, 1, 0, 7);
  return g.concat([pose, g.op('Relu', [g.slice(guess, 1, 7)])], 1);
}

/** `level_0` … `level_3` of one view → `points` [height, width, 3] in the window's axes and `points_conf` [height, width]: a second opinion beside depth and camera. */
function buildPoints(config: VggtConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('points', ledger, precision);
  const { g } = net;
  const raw = viewHead(net, 'point_head', { ...headOf(config), count: 4 });
  const xyz = g.slice(raw, 2, 0, 3);
  const grown = g.sub(g.op('Exp', [g.op('Abs', [xyz])]), g.scalar(1));
  g.output('points', g.mul(g.op('Sign', [xyz]), grown), ['height', 'width', 3]);
  const doubt = g.op('Exp', [g.op('Gather', [raw, g.scalar(3, 'int64')], { axis: 2 })]);
  g.output('points_conf', g.add(doubt, g.scalar(1)), ['height', 'width']);
  return built;
}

const headOf = ({ channels, encoder }: VggtConfig): ViewHead => ({
  width: 2 * channels,
  patchPx: encoder.patchPx,
  rectified: true,
});

/** Tracks need points to follow; masks are for training. */
const unused = (name: string): boolean => /^(track_head\.|aggregator\.patch_embed\.mask_token$)/.test(name);

/** @throws StudioFailure 'checkpoint-unsupported' */
export function buildVggt(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: VggtConfig; graphs: Record<string, BuiltGraph> } {
  const config = readConfig(source, fileName);
  const ledger = new WeightLedger(source);
  const depth = startGraph('depth', ledger, precision);
  outputDepth(depth.net, 'depth_head', headOf(config));
  const graphs = {
    encoder: buildDinoEncoder(config.encoder, 'aggregator.patch_embed.', ledger, precision),
    views: buildViews(config, ledger, precision),
    depth: depth.built,
    points: buildPoints(config, ledger, precision),
  };
  ledger.assertComplete(fileName, unused);
  return { config, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compileVggt(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildVggt(source, fileName, identity.precision);
  return writeViewPack(source, 'vggt', folder, identity, vggtViews(config), graphs, options);
}

export const vggtViews = ({ channels, hidden, sizePx, encoder }: VggtConfig): ViewsSize => ({
  ...{ sizePx, patchPx: encoder.patchPx, channels, hidden },
  levels: 4 * 2 * channels,
});
