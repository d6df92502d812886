// Depth Anything 3 (Lin et al. 2025, model-facts 9) as graphs: the first blocks of DINOv2 for each photo, the others for several together, and the
// depth of one of them.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { blocksOf, shapesOf } from './clip-names.ts';
import type { PackIdentity } from './cut3r-pack.ts';
import { buildDinoEncoder, type DinoConfig } from './dinov2.ts';
import type { Value } from './graph.ts';
import { layerNorm, linear, type Net } from './layers.ts';
import type { CompileOptions } from './pack-writer.ts';
import { partBehind } from './source-views.ts';
import type { TensorSource } from './tensor-source.ts';
import { vector, viewBlock, type ViewBlock } from './view-blocks.ts';
import { outputDepth } from './view-head.ts';
import { specialsAndPatches } from './view-tokens.ts';
import { writeViewPack } from './view-pack.ts';
import type { ViewsSize } from './views-memory.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

const vit = 'backbone.pretrained';
/** Long side of the official loader. */
const sizePx = 504;

export interface Da3Config {
  /** The blocks before photos meet. */
  encoder: DinoConfig;
  depth: number;
  /** Layers that the heads look at. */
  taps: readonly number[];
}

/** The official class keeps the network under the field `model`. */
const networkIn = (source: TensorSource): TensorSource =>
  partBehind(source, source.tensors.has(`model.${vit}.camera_token`) ? 'model.' : '');

export const isDa3 = (source: TensorSource): boolean => {
  const { tensors } = networkIn(source);
  return tensors.has(`${vit}.camera_token`) && tensors.has('cam_dec.fc_qvec.weight');
};

const sizes: Readonly<Record<number, string>> = { 384: 'small', 768: 'base', 1024: 'large' };
export const da3Size = ({ encoder }: Da3Config): string => sizes[encoder.channels] ?? `${encoder.channels}`;

/** Small and base are free for any use, the larger ones are not. */
export function da3Licence(config: Da3Config): Manifest['licence'] {
  const free = config.encoder.channels < 1024;
  return {
    id: free ? 'Apache-2.0' : 'CC-BY-NC-4.0',
    name: free
      ? 'Apache License 2.0 (Depth Anything 3 by ByteDance, sizes small and base)'
      : 'Creative Commons Attribution-NonCommercial 4.0 (Depth Anything 3 by ByteDance, large sizes)',
    url: 'https://github.com/ByteDance-Seed/Depth-Anything-3',
    mustAccept: true,
  };
}

/** @throws StudioFailure 'checkpoint-unsupported' */
function readConfig(source: TensorSource, fileName: string): Da3Config {
  const shapeOf = shapesOf(source, fileName);
  const [channels, , patchPx] = shapeOf(`${vit}.patch_embed.proj.weight`);
  const depth = blocksOf(source, `${vit}.blocks`);
  // Photos meet from the first block on whose queries are normalised; only there shapes tell how wide a head is.
  let alone = 0;
  while (alone < depth && !source.tensors.has(`${vit}.blocks.${alone}.attn.q_norm.weight`)) alone++;
  const headDim = shapeOf(`${vit}.blocks.${alone}.attn.q_norm.weight`)[0];
  if (depth % 6 !== 0)
    throw new StudioFailure('checkpoint-unsupported', {
      name: fileName,
      reason: `nobody here knows which of its ${depth} layers its heads look at.`,
    });
  return {
    encoder: {
      channels,
      heads: channels / headDim,
      hidden: shapeOf(`${vit}.blocks.0.mlp.fc1.weight`)[0],
      depth: alone,
      patchPx,
      side: Math.round(Math.sqrt(shapeOf(`${vit}.pos_embed`)[1] - 1)),
      registers: 0,
      positions: 0.1,
    },
    depth,
    // 5, 7, 9, 11 of 12; 11, 15, 19, 23 of 24.
    taps: [0, 1, 2, 3].map((level) => depth / 2 - 1 + (level * depth) / 6),
  };
}

/**
 * `features` [views, rows, cols, channels], the reference view first → `level_0` … `level_3` [views, rows, cols, 2 · channels] for the head,
 * `camera` [views, 9]: window from camera, quaternion x y z w, fields of view in radians. (The official default would choose another reference itself.)
 */
function buildViews({ encoder, depth, taps }: Da3Config, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('views', ledger, precision);
  const { g, weights } = net;
  const { channels, hidden, heads } = encoder;
  const features = g.input('features', 'float32', ['views', 'rows', 'cols', channels]);
  const special = weights.add(g, `${vit}.camera_token`, [1, 2, channels], {
    keepFloat32: true,
    dims: [2, 1, channels],
  });
  const part = specialsAndPatches(g, features, special, 1, { channels, headDim: channels / heads });
  const { tokens, grid, patchesOf } = part;
  const block: ViewBlock = {
    channels,
    hidden,
    heads,
    epsilon: 1e-6,
    headEpsilon: 1e-5,
    scaled: true,
    rope: part.rope,
  };
  let x = tokens;
  let own = tokens;
  for (let i = encoder.depth; i < depth; i++) {
    // Every second block looks at all views, and not at where in its picture a patch is.
    const across = i % 2 === 1;
    x = viewBlock(net, `${vit}.blocks.${i}`, x, grid, across, { ...block, rope: across ? part.flatRope : part.rope });
    if (!across) own = x;
    const level = taps.indexOf(i);
    if (level < 0) continue;
    const normed = g.cast(layerNorm(net, `${vit}.norm`, x, channels, 1e-5), 'float32');
    const both = patchesOf(g.concat([own, normed], 1), 2 * channels);
    g.output(`level_${level}`, both, ['views', 'rows', 'cols', 2 * channels]);
  }
  const all = g.op('Reshape', [
    g.concat([own, x], 1),
    vector(g, [grid.views, grid.perView, g.scalar(2 * channels, 'int64')]),
  ]);
  g.output('camera', camera(net, g.reshape(g.slice(all, 1, 0, 1), -1, 2 * channels), 2 * channels), ['views', 9]);
  return built;
}

function camera(net: Net, tokens: Value, width: number): Value {
  const { g } = net;
  const layer = (name: string, x: Value, outputs: number): Value =>
    g.cast(linear(net, `cam_dec.${name}`, x, { inputs: width, outputs }), 'float32');
  const inner = g.op('Relu', [layer('backbone.0', tokens, width)]);
  const thought = g.op('Relu', [layer('backbone.2', inner, width)]);
  const fov = g.op('Relu', [layer('fc_fov.0', thought, 2)]);
  return g.concat([layer('fc_t', thought, 3), layer('fc_qvec', thought, 4), fov], 1);
}

/** Rays, Gaussians and known poses are not asked for; the class token gives way to the camera's before photos meet. */
const unused = (name: string): boolean =>
  /^(cam_enc|gs_head|gs_adapter)\.|_aux\.|^backbone\.pretrained\.mask_token$/.test(name);

/** @throws StudioFailure 'checkpoint-unsupported' */
export function buildDa3(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: Da3Config; graphs: Record<string, BuiltGraph> } {
  const network = networkIn(source);
  const config = readConfig(network, fileName);
  const ledger = new WeightLedger(network);
  const depth = startGraph('depth', ledger, precision);
  const { channels, patchPx } = config.encoder;
  outputDepth(depth.net, 'head', { width: 2 * channels, patchPx, rectified: false });
  const graphs = {
    encoder: buildDinoEncoder(config.encoder, `${vit}.`, ledger, precision, false),
    views: buildViews(config, ledger, precision),
    depth: depth.built,
  };
  ledger.assertComplete(fileName, unused);
  return { config, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compileDa3(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildDa3(source, fileName, identity.precision);
  return writeViewPack(source, 'da3', folder, identity, da3Views(config), graphs, options);
}

export const da3Views = ({ encoder: { patchPx, channels, hidden } }: Da3Config): ViewsSize => ({
  ...{ sizePx, patchPx, channels, hidden },
  levels: 8 * channels,
});
