// LSeg (Li et al. 2022, model-facts 3.2) as two graphs: a photo to one vector for every second pixel, and CLIP's text encoder from the same file.

import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { blocksOf, openClipText, shapesOf } from './clip-names.ts';
import { buildText } from './clip.ts';
import { parameterCount, type PackIdentity } from './cut3r-pack.ts';
import { channelsLast, convolutions, dptTrunk, type DptNames } from './dpt.ts';
import type { Value } from './graph.ts';
import { encoderBlock, linear, type Net } from './layers.ts';
import { learnedPositions } from './learned-positions.ts';
import { writePack, type CompileOptions } from './pack-writer.ts';
import { partBehind, withFoldedNorms } from './source-views.ts';
import type { TensorSource } from './tensor-source.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const lsegLicence: Manifest['licence'] = {
  id: 'MIT',
  name: 'MIT (LSeg by Intel and CLIP by OpenAI; the photos it was trained on have terms of their own)',
  url: 'https://github.com/isl-org/lang-seg/blob/main/LICENSE',
  mustAccept: true,
};

/** Long side at which photos are looked at: the crops it was trained on. */
const sizePx = 480;
/** All heads of the published backbones are this wide. */
const headDim = 64;

/** Lightning keeps the network under the field `net`. */
const prefixOf = ({ tensors }: TensorSource): string | null =>
  ['net.', ''].find((prefix) => tensors.has(`${prefix}scratch.head1.weight`)) ?? null;

export const isLseg = (source: TensorSource): boolean =>
  source.tensors.has(`${prefixOf(source) ?? ''}pretrained.model.pos_embed`) && prefixOf(source) !== null;

/** Sizes that shapes tell. */
export interface LsegConfig {
  patchPx: number;
  /** Patches along one side of the pictures the backbone was trained on. */
  gridSide: number;
  channels: number;
  hidden: number;
  depth: number;
  /** Length of the common space of pixels and words. */
  dim: number;
  factors: readonly number[];
}

/** @throws StudioFailure 'checkpoint-unsupported' */
function readConfig(source: TensorSource, fileName: string): LsegConfig {
  const shapeOf = shapesOf(source, fileName);
  const [channels, , patchPx] = shapeOf('pretrained.model.patch_embed.proj.weight');
  const factors = [1, 2, 3, 4].map((level) => {
    const kernel = source.tensors.get(`pretrained.act_postprocess${level}.4.weight`)?.shape[2] ?? 1;
    // The only layer of three by three is the one that halves the last map.
    return kernel === 3 ? 0.5 : kernel;
  });
  return {
    patchPx,
    gridSide: Math.round(Math.sqrt(shapeOf('pretrained.model.pos_embed')[1] - 1)),
    channels,
    hidden: shapeOf('pretrained.model.blocks.0.mlp.fc1.weight')[0],
    depth: blocksOf(source, 'pretrained.model.blocks'),
    dim: shapeOf('scratch.head1.weight')[0],
    factors,
  };
}

/** `image` [1, 3, height, width], −1…1, both sides even numbers of patches → `patches` [rows, cols, dim], not normalised. */
function buildImage(config: LsegConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('image', ledger, precision);
  const { g, weights } = net;
  const { patchPx, channels, hidden, depth, gridSide, dim, factors } = config;
  const vit = 'pretrained.model';
  const image = g.input('image', 'float32', [1, 3, 'height', 'width']);
  const w = weights.add(g, `${vit}.patch_embed.proj.weight`, [channels, 3, patchPx, patchPx], { keepFloat32: true });
  const b = weights.add(g, `${vit}.patch_embed.proj.bias`, [channels], { keepFloat32: true });
  const planes = g.op('Conv', [image, w, b], { kernel_shape: [patchPx, patchPx], strides: [patchPx, patchPx] });
  const planesShape = g.op('Shape', [planes], {}, { type: 'int64' });
  const tokens = g.reshape(g.transpose(planes, [0, 2, 3, 1]), -1, channels);
  const classToken = weights.add(g, `${vit}.cls_token`, [1, 1, channels], { keepFloat32: true, dims: [1, channels] });
  const places = learnedPositions(net, `${vit}.pos_embed`, [1, gridSide * gridSide + 1, channels], {
    channels,
    side: gridSide,
    planesShape,
    mode: 'linear',
  });
  let x = g.add(g.concat([classToken, tokens], 0), places);
  const levels: Value[] = [];
  for (let i = 0; i < depth; i++) {
    x = encoderBlock(net, `${vit}.blocks.${i}`, x, channels, hidden, channels / headDim, null);
    // Four taps, evenly spaced: after blocks 5, 11, 17 and 23 of 24.
    if (levels.length < 4 && i + 1 === Math.floor((depth * (levels.length + 1)) / 4))
      levels.push(readout(net, `pretrained.act_postprocess${levels.length + 1}.0.project.0`, x, channels));
  }
  const names: DptNames = {
    level: (idx) => ({
      project: `pretrained.act_postprocess${idx + 1}.3`,
      resize: `pretrained.act_postprocess${idx + 1}.4`,
    }),
    scratch: 'scratch',
    factors,
  };
  const at = (axis: number): Value => g.op('Gather', [planesShape, g.scalar(axis, 'int64')]);
  const widths = levels.map(() => channels);
  const { map, features } = dptTrunk(net, names, levels, widths, { rows: at(2), cols: at(3) });
  const patches = convolutions(net)('scratch.head1', g.cast(map, 'float32'), features, dim, 1, { keepFloat32: true });
  g.output('patches', channelsLast(g, patches), ['rows', 'cols', dim]);
  return built;
}

/** Every patch beside the class token, through one layer. [1 + n, channels] → [n, channels] */
function readout(net: Net, name: string, x: Value, channels: number): Value {
  const { g } = net;
  const patches = g.slice(x, 0, 1);
  const shape = g.op('Shape', [patches], {}, { type: 'int64' });
  const both = g.concat([patches, g.op('Expand', [g.slice(x, 0, 0, 1), shape])], 1);
  return g.op('Gelu', [linear(net, name, both, { inputs: 2 * channels, outputs: channels })]);
}

/** Tensors of the file that no answer depends on: ends of networks it was made of, and the other side of CLIP. */
const unused = (name: string): boolean =>
  /^pretrained\.model\.(norm|head|head_dist|fc_norm)\./.test(name) ||
  /^clip_pretrained\.(visual\.|logit_scale$)/.test(name) ||
  name.startsWith('scratch.refinenet4.resConfUnit1.');

/** @throws StudioFailure 'checkpoint-unsupported' */
export function buildLseg(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: LsegConfig; graphs: Record<'text' | 'image', BuiltGraph> } {
  const net = partBehind(source, prefixOf(source) ?? '');
  const folded = withFoldedNorms(net, (norm) => {
    const [, unit, number] = /^(.*\.resConfUnit[12])\.bn([12])$/.exec(norm) ?? [];
    return unit === undefined ? null : `${unit}.conv${number}`;
  });
  const config = readConfig(folded, fileName);
  const ledger = new WeightLedger(folded);
  const graphs = {
    // OpenAI's CLIP: the activation it was trained with.
    text: buildText(openClipText(folded, fileName, 'clip_pretrained.'), ledger, precision, 'quick-gelu'),
    image: buildImage(config, ledger, precision),
  };
  ledger.assertComplete(fileName, unused);
  return { config, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compileLseg(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildLseg(source, fileName, identity.precision);
  const { dim, patchPx } = config;
  const { fingerprint, ...named } = identity;
  return writePack(
    folder,
    {
      ...named,
      kind: 'language',
      family: 'lseg',
      parameters: parameterCount(source),
      // Levels of odd grids would not meet: an even number of patches on both sides.
      config: { dim, patchPx: 2 * patchPx, sizePx, fingerprint },
      workingMb: lsegWorkingMb(config),
    },
    graphs,
    options,
  );
}

/** MB at the widest moment: vectors of half the pixels, twice (before and after they are laid out for the caller), or a block's inner width. */
export function lsegWorkingMb({ dim, patchPx, channels, hidden }: LsegConfig): number {
  const tokens = (sizePx / patchPx) ** 2;
  return 60 + (Math.max((sizePx / 2) ** 2 * 2 * dim, tokens * (3 * hidden + 8 * channels)) * 4) / 1e6;
}
