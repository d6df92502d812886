// DUSt3R, MASt3R and Splatt3R (model-facts sections 4, 5 and 10): an encoder per photo, and a graph that lets two photos meet.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { parameterCount, type PackIdentity } from './cut3r-pack.ts';
import { buildEncoder } from './cut3r.ts';
import { dptBranch } from './dpt.ts';
import { parseConstructor } from './expression.ts';
import { gaussianHead } from './gaussian-head.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { decoderBlock, layerNorm, linear, mlp, type Net } from './layers.ts';
import { writePack, type CompileOptions } from './pack-writer.ts';
import { expand } from './points.ts';
import { gridPositions, ropeTable } from './positions.ts';
import { partBehind } from './source-views.ts';
import type { TensorSource } from './tensor-source.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const dust3rLicence = {
  id: 'CC-BY-NC-SA-4.0',
  name: 'Creative Commons Attribution-NonCommercial-ShareAlike 4.0 (DUSt3R and MASt3R by Naver; MASt3R adds terms of its training data)',
  url: 'https://github.com/naver/dust3r/blob/main/LICENSE',
  mustAccept: true,
};

export const splatt3rLicence = {
  id: 'CC-BY-NC-4.0',
  name: 'Creative Commons Attribution-NonCommercial 4.0 (Splatt3R; it stands on MASt3R by Naver, whose terms hold too)',
  url: 'https://github.com/btsmart/splatt3r/blob/main/License',
  mustAccept: true,
};

export interface Dust3rConfig {
  head: 'linear' | 'dpt';
  /** MASt3R: descriptors to match by. */
  descriptors: boolean;
  /** Splatt3R: a Gaussian for every pixel. */
  gaussians: boolean;
  patchPx: number;
  sizePx: number;
  ropeBase: number;
  halfQueries: boolean;
  encoder: { channels: number; depth: number; heads: number; hidden: number };
  decoder: { channels: number; depth: number; heads: number; hidden: number };
}

const side = 16;

/** @throws StudioFailure 'checkpoint-unsupported' */
function readConfig(source: TensorSource, fileName: string): Dust3rConfig {
  const { tensors, expression } = source;
  const refuse = (reason: string): StudioFailure =>
    new StudioFailure('checkpoint-unsupported', { name: fileName, reason });
  const shape = (name: string): readonly number[] => {
    const info = tensors.get(name);
    if (!info) throw refuse(`the tensor ${name} is missing.`);
    return info.shape;
  };
  const depth = (prefix: string): number => {
    let count = 0;
    while (tensors.has(`${prefix}.${count}.norm1.weight`)) count++;
    return count;
  };
  let options: ReturnType<typeof parseConstructor>['options'] = new Map();
  try {
    if (expression !== null) options = parseConstructor(expression).options;
  } catch (thrown) {
    throw refuse(`its description cannot be read (${(thrown as Error).message})`);
  }
  const heads = (name: string, otherwise: number, channels: number): number => {
    const value = Number(options.get(name) ?? otherwise);
    if (!Number.isInteger(value) || value < 1 || channels % (4 * value) !== 0)
      throw refuse(`a width of ${channels} cannot have ${value} heads.`);
    return value;
  };
  const [channels, , patchPx] = shape('patch_embed.proj.weight');
  const width = shape('decoder_embed.weight')[0];
  const head = tensors.has('downstream_head1.dpt.head.0.weight') ? 'dpt' : 'linear';
  const gaussians = tensors.has('downstream_head1.gaussian_dpt.dpt.head.4.weight');
  const size = options.get('img_size');
  if (patchPx !== side) throw refuse(`its patches are ${patchPx} pixels wide, not ${side}.`);
  if (options.has('pos_embed') && options.get('pos_embed') !== 'RoPE100')
    throw refuse('its position embedding is not RoPE100.');
  return {
    head,
    // Splatt3R has descriptors too; nothing here asks for them.
    descriptors: !gaussians && tensors.has('downstream_head1.head_local_features.fc1.weight'),
    gaussians,
    patchPx,
    sizePx: Array.isArray(size) ? Math.max(...(size as number[])) : 512,
    ropeBase: 100,
    halfQueries: false,
    encoder: {
      channels,
      depth: depth('enc_blocks'),
      heads: heads('enc_num_heads', 16, channels),
      hidden: shape('enc_blocks.0.mlp.fc1.weight')[0],
    },
    decoder: {
      channels: width,
      depth: depth('dec_blocks'),
      heads: heads('dec_num_heads', 12, width),
      hidden: shape('dec_blocks.0.mlp.fc1.weight')[0],
    },
  };
}

interface View {
  features: Value;
  rows: Value;
  cols: Value;
  tokens: Value;
  levels: Value[];
}

/** `features_1`, `features_2` → per view `points_i`, `conf_i` (both in the axes of the first view), and descriptors for MASt3R. */
function buildPair(config: Dust3rConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('pair', ledger, precision);
  const { g } = net;
  const { encoder, decoder, ropeBase } = config;
  const { channels, hidden, heads } = decoder;
  const views = [1, 2].map((number): View => {
    const features = g.input(`features_${number}`, 'float32', [`rows_${number}`, `cols_${number}`, encoder.channels]);
    const shape = g.op('Shape', [features], {}, { type: 'int64' });
    const at = (idx: number): Value => g.op('Gather', [shape, g.scalar(idx, 'int64')]);
    const tokens = g.reshape(features, -1, encoder.channels);
    const embedded = linear(net, 'decoder_embed', tokens, { inputs: encoder.channels, outputs: channels });
    return { features, rows: at(0), cols: at(1), tokens, levels: [g.cast(embedded, 'float32')] };
  });
  const ropes = views.map(({ rows, cols }) => ropeTable(g, gridPositions(g, rows, cols), channels / heads, ropeBase));
  for (let i = 0; i < decoder.depth; i++) {
    const next = views.map(({ levels }, idx) =>
      decoderBlock(
        net,
        `dec_blocks${idx === 0 ? '' : '2'}.${i}`,
        levels[i],
        views[1 - idx].levels[i],
        { channels, hidden, heads },
        { x: ropes[idx], y: ropes[1 - idx] },
      ),
    );
    views.forEach(({ levels }, idx) => levels.push(next[idx].x));
  }
  views.forEach((view, idx) => {
    view.levels[decoder.depth] = g.cast(layerNorm(net, 'dec_norm', view.levels[decoder.depth], channels), 'float32');
    head(net, config, view, idx + 1);
  });
  return built;
}

function head(net: Net, config: Dust3rConfig, view: View, number: number): void {
  const { g } = net;
  const { encoder, decoder } = config;
  const { channels, depth } = decoder;
  const { tokens, levels, rows, cols } = view;
  const prefix = `downstream_head${number}`;
  const last = levels[depth];
  const dims = [`height_${number}`, `width_${number}`];
  const middle = [levels[Math.floor((depth * 2) / 4)], levels[Math.floor((depth * 3) / 4)]];
  const taps = [tokens, ...middle, last];
  const widths = [encoder.channels, channels, channels, channels];
  const map =
    config.head === 'dpt'
      ? dptBranch(net, `${prefix}.dpt`, taps, widths, { rows, cols }, 4)
      : pixels(g, linear(net, `${prefix}.proj`, last, { inputs: channels, outputs: 4 * side * side }), view, 4);
  g.output(`points_${number}`, expand(g, g.slice(map, 2, 0, 3)), [...dims, 3]);
  const confidence = g.op('Exp', [g.op('Squeeze', [g.slice(map, 2, 3), g.ints(2)])]);
  g.output(`conf_${number}`, g.add(confidence, g.scalar(1)), dims);
  // The runner shows every photo as the first of some pair: the other branch would say the same from farther away.
  if (config.gaussians && number === 1)
    g.output('gaussians_1', gaussianHead(net, `${prefix}.gaussian_dpt.dpt`, taps, widths, { rows, cols }), [
      ...dims,
      14,
    ]);
  if (!config.descriptors) return;
  const hidden = net.weights.rowsOf(`${prefix}.head_local_features.fc1.weight`);
  const outputs = net.weights.rowsOf(`${prefix}.head_local_features.fc2.weight`);
  const both = g.concat([tokens, last], 1);
  const size = { inputs: encoder.channels + channels, hidden, outputs };
  const count = outputs / (side * side) - 1;
  const local = pixels(g, mlp(net, `${prefix}.head_local_features`, both, size), view, count + 1);
  const raw = g.slice(local, 2, 0, count);
  g.output(`desc_${number}`, g.div(raw, g.op('ReduceL2', [raw, g.ints(-1)], { keepdims: 1 })), [...dims, count]);
  g.output(`desc_conf_${number}`, g.op('Exp', [g.op('Squeeze', [g.slice(local, 2, count), g.ints(2)])]), dims);
}

/** Each token's numbers become a square of pixels: [height, width, count]. */
function pixels(g: GraphBuilder, x: Value, { rows, cols }: View, count: number): Value {
  const part = (value: Value): Value => g.op('Unsqueeze', [value, g.ints(0)]);
  const split = g.concat([part(rows), part(cols), g.ints(count, side, side)], 0);
  const moved = g.transpose(g.op('Reshape', [g.cast(x, 'float32'), split]), [0, 3, 1, 4, 2]);
  const size = g.concat([g.mul(part(rows), g.ints(side)), g.mul(part(cols), g.ints(side)), g.ints(count)], 0);
  return g.op('Reshape', [moved, size]);
}

const unused = (name: string, { gaussians }: Dust3rConfig): boolean =>
  /^(mask_token|prediction_head\.)/.test(name) ||
  (gaussians && /^downstream_head(\d\.head_local_features|2\.gaussian_dpt)\./.test(name)) ||
  /\.scratch\.layer_rn\.\d\./.test(name) ||
  /\.scratch\.refinenet4\.resConfUnit1\./.test(name);

/** Lightning keeps Splatt3R's network under the field `encoder`, beside what it was trained with. */
const networkIn = (source: TensorSource): TensorSource =>
  partBehind(source, source.tensors.has('encoder.decoder_embed.weight') ? 'encoder.' : '');

export const isDust3r = (source: TensorSource): boolean => {
  const { tensors } = networkIn(source);
  return tensors.has('dec_blocks2.0.norm1.weight') && tensors.has('decoder_embed.weight');
};

/** @throws StudioFailure 'checkpoint-unsupported' */
export function buildDust3r(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: Dust3rConfig; graphs: Record<string, BuiltGraph> } {
  const network = networkIn(source);
  const config = readConfig(network, fileName);
  const ledger = new WeightLedger(network);
  const graphs = { encoder: buildEncoder(config, ledger, precision), pair: buildPair(config, ledger, precision) };
  ledger.assertComplete(fileName, (name) => unused(name, config));
  return { config, graphs };
}

/** MB of one pair at its largest moment. */
export const pairWorkingMb = 400;

export async function compileDust3r(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildDust3r(source, fileName, identity.precision);
  const { fingerprint, ...named } = identity;
  const { head: headKind, patchPx, sizePx, descriptors, gaussians } = config;
  const family = gaussians ? 'splatt3r' : descriptors ? 'mast3r' : 'dust3r';
  const facts = { head: headKind, patchPx, sizePx, descriptors, gaussians, fingerprint };
  return writePack(
    folder,
    { ...named, kind: 'pairwise', family, parameters: parameterCount(source), config: facts, workingMb: pairWorkingMb },
    graphs,
    options,
  );
}
