// Fast3R (Yang et al. 2025, model-facts 8) as graphs: DUSt3R's encoder, one transformer over the tokens of all photos, and two heads for one of them.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { blocksOf, shapesOf } from './clip-names.ts';
import type { PackIdentity } from './cut3r-pack.ts';
import { buildEncoder } from './cut3r.ts';
import { dptBranch } from './dpt.ts';
import { parseConstructor } from './expression.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { layerNorm, linear } from './layers.ts';
import type { CompileOptions } from './pack-writer.ts';
import { expand } from './points.ts';
import { withoutPrefixes } from './source-views.ts';
import type { TensorSource } from './tensor-source.ts';
import { dimensionOf, vector, viewBlock, type ViewBlock } from './view-blocks.ts';
import { writeViewPack } from './view-pack.ts';
import type { ViewsSize } from './views-memory.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const fast3rLicence: Manifest['licence'] = {
  id: 'FAIR-NC',
  name: 'FAIR Noncommercial Research License (Fast3R by Meta, on parts of DUSt3R and CroCo by Naver)',
  url: 'https://github.com/facebookresearch/fast3r/blob/main/LICENSE',
  mustAccept: true,
};

const sizePx = 512;
/** Queries and keys are sharpened because more tokens meet than in training: √(log 137 / log 20), fixed in the official code. */
const sharpening = Math.sqrt(Math.log(137) / Math.log(20));

export interface Fast3rConfig {
  encoder: { channels: number; depth: number; heads: number; hidden: number };
  decoder: { channels: number; depth: number; heads: number; hidden: number };
  patchPx: number;
}

/** Its own names begin with the two parts; none of theirs are alike. */
const parts = /^(encoder|decoder)\./;

export const isFast3r = ({ tensors }: TensorSource): boolean =>
  tensors.has('encoder.enc_blocks.0.norm1.weight') && tensors.has('downstream_head_local.dpt.head.0.weight');

/** @throws StudioFailure 'checkpoint-unsupported' */
function readConfig(source: TensorSource, fileName: string): Fast3rConfig {
  const shapeOf = shapesOf(source, fileName);
  const options = source.expression === null ? null : parseConstructor(source.expression).options;
  const side = (blocks: string, embed: string, name: string): Fast3rConfig['encoder'] => {
    const [channels] = shapeOf(embed);
    const heads = Number(options?.get(name) ?? 16);
    if (channels % (4 * heads) !== 0)
      throw new StudioFailure('checkpoint-unsupported', {
        name: fileName,
        reason: `a width of ${channels} cannot have ${heads} heads.`,
      });
    return { channels, depth: blocksOf(source, blocks), heads, hidden: shapeOf(`${blocks}.0.mlp.fc1.weight`)[0] };
  };
  return {
    encoder: side('enc_blocks', 'patch_embed.proj.weight', 'enc_num_heads'),
    decoder: side('dec_blocks', 'decoder_embed.weight', 'dec_num_heads'),
    patchPx: shapeOf('patch_embed.proj.weight')[2],
  };
}

/**
 * `features` [views, rows, cols, channels], `ids` [views] (int64, 0…999, the first 0: names of the views, which the network was trained to take at random) →
 * `level_0` … `level_3` [views, rows, cols, …] for the heads.
 */
function buildViews({ encoder, decoder }: Fast3rConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('views', ledger, precision);
  const { g } = net;
  const { channels, hidden, heads, depth } = decoder;
  const features = g.input('features', 'float32', ['views', 'rows', 'cols', encoder.channels]);
  const ids = g.input('ids', 'int64', ['views']);
  const [views, rows, cols] = [0, 1, 2].map((axis) => dimensionOf(g, features, axis));
  const tokens = g.reshape(features, -1, encoder.channels);
  const embedded = linear(net, 'decoder_embed', tokens, { inputs: encoder.channels, outputs: channels });
  const perView = g.mul(rows, cols);
  const each = g.op('Reshape', [g.cast(embedded, 'float32'), vector(g, [views, perView, g.scalar(channels, 'int64')])]);
  let x = g.reshape(g.add(each, g.op('Unsqueeze', [names(g, ids, channels), g.ints(1)])), -1, channels);
  const block: ViewBlock = {
    channels,
    hidden,
    heads,
    epsilon: 1e-5,
    headEpsilon: null,
    scaled: false,
    rope: null,
    logitScale: sharpening / Math.sqrt(channels / heads),
  };
  const output = (level: number, value: Value, width: number): void => {
    const shape = vector(g, [views, rows, cols, g.scalar(width, 'int64')]);
    g.output(`level_${level}`, g.op('Reshape', [g.cast(value, 'float32'), shape]), ['views', 'rows', 'cols', width]);
  };
  output(0, tokens, encoder.channels);
  for (let i = 1; i <= depth; i++) {
    x = viewBlock(net, `dec_blocks.${i - 1}`, x, { views, perView }, true, block);
    if (i === Math.floor(depth / 2)) output(1, x, channels);
    if (i === Math.floor((depth * 3) / 4)) output(2, x, channels);
  }
  output(3, layerNorm(net, 'dec_norm', x, channels), channels);
  return built;
}

/** [views, channels]: waves of the id, sines then cosines, frequencies 10000^(−2k/channels). In double precision: ids reach 999 turns. */
function names(g: GraphBuilder, ids: Value, channels: number): Value {
  const half = channels / 2;
  const frequencies = g.constant(
    Float64Array.from({ length: half }, (_, k) => 10000 ** (-k / half)),
    [1, half],
  );
  const angles = g.mul(g.op('Unsqueeze', [g.cast(ids, 'float64'), g.ints(1)]), frequencies);
  return g.cast(g.concat([g.op('Sin', [angles]), g.op('Cos', [angles])], 1), 'float32');
}

/** `level_0` … `level_3` of one view → its points and their confidence, 1 … ∞: `points` in the axes of the first view, `local` in its own. */
function buildHead(
  name: 'points' | 'local',
  prefix: string,
  { encoder, decoder }: Fast3rConfig,
  ledger: WeightLedger,
  precision: Precision,
): BuiltGraph {
  const { net, built } = startGraph(name, ledger, precision);
  const { g } = net;
  const widths = [encoder.channels, decoder.channels, decoder.channels, decoder.channels];
  const inputs = widths.map((width, level) => g.input(`level_${level}`, 'float32', ['rows', 'cols', width]));
  const levels = inputs.map((level, idx) => g.reshape(level, -1, widths[idx]));
  const grid = { rows: dimensionOf(g, inputs[0], 0), cols: dimensionOf(g, inputs[0], 1) };
  const map = dptBranch(net, `${prefix}.dpt`, levels, widths, grid, 4);
  g.output(name, expand(g, g.slice(map, 2, 0, 3)), ['height', 'width', 3]);
  const doubt = g.op('Exp', [g.op('Gather', [map, g.scalar(3, 'int64')], { axis: 2 })]);
  g.output(`${name}_conf`, g.add(doubt, g.scalar(1)), ['height', 'width']);
  return built;
}

/** Second names of convolutions, and a unit that is never used. */
const unused = (name: string): boolean =>
  /\.scratch\.(layer_rn\.\d|refinenet4\.resConfUnit1)\./.test(name) || /^(mask_token|image_idx_emb)$/.test(name);

/** @throws StudioFailure 'checkpoint-unsupported' */
export function buildFast3r(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: Fast3rConfig; graphs: Record<string, BuiltGraph> } {
  const network = withoutPrefixes(source, parts);
  const config = readConfig(network, fileName);
  const ledger = new WeightLedger(network);
  const graphs = {
    encoder: buildEncoder({ ...config, ropeBase: 100, halfQueries: false }, ledger, precision),
    views: buildViews(config, ledger, precision),
    points: buildHead('points', 'downstream_head', config, ledger, precision),
    local: buildHead('local', 'downstream_head_local', config, ledger, precision),
  };
  ledger.assertComplete(fileName, unused);
  return { config, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compileFast3r(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildFast3r(source, fileName, identity.precision);
  return writeViewPack(source, 'fast3r', folder, identity, fast3rViews(config), graphs, options);
}

export const fast3rViews = ({ patchPx, encoder, decoder }: Fast3rConfig): ViewsSize => ({
  ...{ sizePx, patchPx, channels: decoder.channels, hidden: decoder.hidden },
  levels: encoder.channels + 3 * decoder.channels,
});
