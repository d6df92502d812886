// The graphs of CLIP (Radford et al. 2021): text to a vector, and a photo to one vector per patch and one for the whole.
//
// Patch vectors take the value path of the last block alone (MaskCLIP, Zhou et al. 2022): its attention mixes the whole picture into
// every patch, without it a patch stays where it is and still lies in the space that text is compared in.

import type { Manifest } from '../run/manifest.ts';
import { startGraph, type BuiltGraph } from './built-graph.ts';
import { clipNames, type AffineNames, type ClipNames, type TowerNames } from './clip-names.ts';

import type { PackIdentity } from './cut3r-pack.ts';
import type { Value } from './graph.ts';
import { attend, layerNorm, linear, plainRows, residual, type Net } from './layers.ts';
import { learnedPositions } from './learned-positions.ts';
import { writePack, type CompileOptions } from './pack-writer.ts';
import type { TensorSource } from './tensor-source.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const clipLicence: Manifest['licence'] = {
  id: 'LicenseRef-publisher',
  name: 'CLIP weights: the terms of whoever published the file (OpenAI’s own: MIT)',
  url: 'https://github.com/openai/CLIP/blob/main/LICENSE',
  mustAccept: true,
};

/** OpenAI trained with x·sigmoid(1.702·x), most of OpenCLIP with the exact GELU; the weights do not tell. */
export type Activation = 'quick-gelu' | 'gelu';

/** All heads of the published models are this wide. */
const headDim = 64;
const epsilon = 1e-5;

export function buildClip(
  source: TensorSource,
  fileName: string,
  precision: Precision,
  activation: Activation,
): { names: ClipNames; graphs: Record<'text' | 'image', BuiltGraph> } {
  const names = clipNames(source, fileName);
  const ledger = new WeightLedger(source);
  const graphs = {
    text: buildText(names, ledger, precision, activation),
    image: buildImage(names, ledger, precision, activation),
  };
  ledger.assertComplete(fileName, (name) =>
    /(^logit_(scale|bias)$|position_ids$|^attn_mask$|^(input_resolution|context_length|vocab_size)$)/.test(name),
  );
  return { names, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compileClip(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  activation: Activation,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { names, graphs } = buildClip(source, fileName, identity.precision, activation);
  const { dim, patchPx, gridSide } = names;
  let parameters = 0;
  for (const { shape } of source.tensors.values()) parameters += shape.reduce((product, n) => product * n, 1);
  // Twice the side it was trained on gives finer regions at four times the cost.
  const sizePx = 2 * gridSide * patchPx;
  const { fingerprint, ...named } = identity;
  const facts = {
    ...named,
    kind: 'language' as const,
    family: 'clip',
    parameters,
    config: { dim, patchPx, sizePx, activation, fingerprint },
  };
  return writePack(folder, { ...facts, workingMb: clipWorkingMb(names) }, graphs, options);
}

/** MB of one photo at twice the side that CLIP was trained on. */
export const clipWorkingMb = ({ gridSide, vision }: ClipNames): number =>
  60 + ((2 * gridSide) ** 2 * (3 * vision.hidden + 8 * vision.channels) * 4) / 1e6;

/** `ids` [tokens] int64 from the start token to the end token → `vector` [dim], not normalised. */
export function buildText(
  { text, dim, layout }: Pick<ClipNames, 'text' | 'dim' | 'layout'>,
  ledger: WeightLedger,
  precision: Precision,
  activation: Activation,
): BuiltGraph {
  const { net, built } = startGraph('text', ledger, precision);
  const { g, weights } = net;
  const ids = g.input('ids', 'int64', ['tokens']);
  const length = g.op('Shape', [ids], {}, { type: 'int64' });
  const table = weights.add(g, text.tokens, [weights.rowsOf(text.tokens), text.channels], { keepFloat32: true });
  const places = weights.add(g, text.positions, [weights.rowsOf(text.positions), text.channels], { keepFloat32: true });
  let x = g.add(g.op('Gather', [table, ids]), g.op('Slice', [places, g.ints(0), length, g.ints(0)]));
  for (let i = 0; i < text.depth; i++) x = block(net, text, i, x, activation, true);
  const end = layerNorm(net, text.normAfter, g.slice(x, 0, -1), text.channels, epsilon);
  g.output('vector', g.reshape(project(net, layout, text.projection, end, text.channels, dim), dim), [dim]);
  return built;
}

/** `image` [1, 3, height, width], normalised → `patches` [rows, cols, dim] and `whole` [dim], not normalised. */
function buildImage(
  { vision, dim, patchPx, gridSide, layout }: ClipNames,
  ledger: WeightLedger,
  precision: Precision,
  activation: Activation,
): BuiltGraph {
  const { net, built } = startGraph('image', ledger, precision);
  const { g, weights } = net;
  const { channels } = vision;
  const image = g.input('image', 'float32', [1, 3, 'height', 'width']);
  const w = weights.add(g, vision.patches, [channels, 3, patchPx, patchPx], { keepFloat32: true });
  const planes = g.op('Conv', [image, w], { kernel_shape: [patchPx, patchPx], strides: [patchPx, patchPx] });
  const planesShape = g.op('Shape', [planes], {}, { type: 'int64' });
  const tokens = g.reshape(g.transpose(planes, [0, 2, 3, 1]), -1, channels);
  const classToken = weights.add(g, vision.classToken, [channels], { keepFloat32: true, dims: [1, channels] });
  const places = learnedPositions(net, vision.positions, [gridSide * gridSide + 1, channels], {
    channels,
    side: gridSide,
    planesShape,
    mode: 'cubic',
  });
  let x = layerNorm(net, vision.normBefore, g.add(g.concat([classToken, tokens], 0), places), channels, epsilon);
  for (let i = 0; i < vision.depth - 1; i++) x = block(net, vision, i, x, activation, false);
  const last = vision.block(vision.depth - 1);
  const normed = layerNorm(net, last.norm1, x, channels, epsilon);
  const values = affine(net, last.out, affine(net, last.v, normed, channels), channels);
  const finish = (value: Value): Value =>
    project(net, layout, vision.projection, layerNorm(net, vision.normAfter, value, channels, epsilon), channels, dim);
  const grid = g.concat([g.slice(planesShape, 0, 2), g.ints(dim)], 0);
  g.output('patches', g.op('Reshape', [finish(g.slice(values, 0, 1)), grid]), ['rows', 'cols', dim]);
  const whole = g.slice(block(net, vision, vision.depth - 1, x, activation, false), 0, 0, 1);
  g.output('whole', g.reshape(finish(whole), dim), [dim]);
  return built;
}

/** x + attention, then x + MLP, each behind a layer norm. `causal`: a token sees only those before it. */
function block(net: Net, tower: TowerNames, i: number, x: Value, activation: Activation, causal: boolean): Value {
  const { g } = net;
  const { channels, hidden } = tower;
  const names = tower.block(i);
  const normed = layerNorm(net, names.norm1, x, channels, epsilon);
  const [q, k, v] = [names.q, names.k, names.v].map((part) => affine(net, part, normed, channels));
  const y = residual(g, x, affine(net, names.out, attend(net, q, k, v, channels / headDim, { causal }), channels));
  const wide = linear(net, names.fc1, layerNorm(net, names.norm2, y, channels, epsilon), {
    inputs: channels,
    outputs: hidden,
  });
  const bent =
    activation === 'gelu'
      ? g.op('Gelu', [wide])
      : g.mul(wide, g.op('Sigmoid', [g.mul(wide, g.scalar(1.702, wide.type))]));
  return residual(g, y, linear(net, names.fc2, bent, { inputs: hidden, outputs: channels }));
}

/** y = x·Wᵀ + b with the rows that belong to this layer. */
function affine(
  { g, weights }: Net,
  { weight, bias, firstRow, storedRows }: AffineNames,
  x: Value,
  channels: number,
): Value {
  const options = storedRows === channels ? {} : { rows: plainRows(channels, firstRow) };
  const w = weights.add(g, weight, [storedRows, channels], options);
  const b = weights.add(g, bias, [storedRows], options);
  return g.op('Gemm', [g.cast(x, w.type), w, b], { transB: 1 });
}

/** Into the common space; transformers stores the matrix of a linear layer, OpenCLIP its transpose. In float32. */
function project(
  { g, weights }: Net,
  layout: ClipNames['layout'],
  name: string,
  x: Value,
  channels: number,
  dim: number,
): Value {
  const shape = layout === 'openclip' ? [channels, dim] : [dim, channels];
  const w = weights.add(g, name, shape, { keepFloat32: true });
  return g.op('Gemm', [g.cast(x, 'float32'), w], { transB: layout === 'openclip' ? 0 : 1 });
}
