// The graphs of CUT3R (model-facts section 1): photo encoder, ray-map encoder, first state, and one step of the recurrence.

import { startGraph, type BuiltGraph } from './built-graph.ts';
import type { Cut3rConfig } from './cut3r-config.ts';
import { cut3rHead } from './cut3r-head.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { decoderBlock, encoderBlock, layerNorm, linear, type Net, type RopeTable } from './layers.ts';
import { fixedPositions, gridPositions, ropeTable } from './positions.ts';
import type { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

/** Tensors of official files that no graph needs: mask tokens of training, a second name of the DPT convolutions, an unused unit. */
export const cut3rUnused = (name: string): boolean =>
  /^(masked_img_token|masked_ray_map_token|mask_token)$/.test(name) ||
  /\.scratch\.layer_rn\.\d\./.test(name) ||
  /\.scratch\.refinenet4\.resConfUnit1\./.test(name);

/** What the encoder needs to know; DUSt3R and MASt3R share it. */
export type EncoderConfig = Pick<Cut3rConfig, 'encoder' | 'patchPx' | 'ropeBase' | 'halfQueries'>;

/** `image` [1, 3, height, width] in −1…1 → `features` [rows, cols, channels]. */
export function buildEncoder(config: EncoderConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('encoder', ledger, precision);
  const image = net.g.input('image', 'float32', [1, 3, 'height', 'width']);
  encode(net, config, image, {
    patches: 'patch_embed',
    inputs: 3,
    blocks: 'enc_blocks',
    norm: 'enc_norm',
    halfQueries: config.halfQueries,
    ...config.encoder,
  });
  return built;
}

/** `rays` [height, width, 6] (origin, direction) → `features` [rows, cols, channels]. */
export function buildRayEncoder(config: Cut3rConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('rays', ledger, precision);
  const { g } = net;
  const rays = g.input('rays', 'float32', ['height', 'width', 6]);
  const planes = g.op('Unsqueeze', [g.transpose(rays, [2, 0, 1]), g.ints(0)]);
  encode(net, config, planes, {
    patches: 'patch_embed_ray_map',
    inputs: 6,
    blocks: 'enc_blocks_ray_map',
    norm: 'enc_norm_ray_map',
    halfQueries: false,
    ...config.rayEncoder,
  });
  return built;
}

function encode(
  net: Net,
  config: EncoderConfig,
  planes: Value,
  part: {
    patches: string;
    inputs: number;
    blocks: string;
    norm: string;
    halfQueries: boolean;
    depth: number;
    heads: number;
    hidden: number;
  },
): void {
  const { g, weights } = net;
  const { patchPx, encoder, ropeBase } = config;
  const { channels } = encoder;
  const w = weights.add(g, `${part.patches}.proj.weight`, [channels, part.inputs, patchPx, patchPx], {
    keepFloat32: true,
  });
  const b = weights.add(g, `${part.patches}.proj.bias`, [channels], { keepFloat32: true });
  const patches = g.op('Conv', [planes, w, b], { kernel_shape: [patchPx, patchPx], strides: [patchPx, patchPx] });
  const grid = g.transpose(g.op('Squeeze', [patches, g.ints(0)]), [1, 2, 0]);
  const { rows, cols, shape } = gridSize(g, grid);
  const table = ropeTable(g, gridPositions(g, rows, cols), channels / part.heads, ropeBase);
  const rope = { ...table, halfInputs: part.halfQueries };
  let x = g.reshape(grid, -1, channels);
  for (let i = 0; i < part.depth; i++)
    x = encoderBlock(net, `${part.blocks}.${i}`, x, channels, part.hidden, part.heads, rope);
  const features = g.cast(layerNorm(net, part.norm, x, channels), 'float32');
  g.output('features', g.op('Reshape', [features, shape]), ['rows', 'cols', channels]);
}

/** Rows and columns of [rows, cols, channels] as int64 scalars, and the shape itself. */
function gridSize(g: GraphBuilder, grid: Value): { rows: Value; cols: Value; shape: Value } {
  const shape = g.op('Shape', [grid], {}, { type: 'int64' });
  const at = (idx: number): Value => g.op('Gather', [shape, g.scalar(idx, 'int64')]);
  return { rows: at(0), cols: at(1), shape };
}

/** No input → `state` [tokens, channels], `memory` [slots, 2 · channels]: what a run begins with and a reset returns to. */
export function buildInit(config: Cut3rConfig, ledger: WeightLedger): BuiltGraph {
  const { net, built } = startGraph('init', ledger, 'float32');
  const { g, weights } = net;
  const { encoder, decoder, stateTokens, memorySlots } = config;
  const registers = weights.add(g, 'register_tokens.weight', [stateTokens, encoder.channels]);
  const state = linear(net, 'decoder_embed_state', registers, { inputs: encoder.channels, outputs: decoder.channels });
  g.output('state', state, [stateTokens, decoder.channels]);
  const size = [memorySlots, 2 * decoder.channels];
  g.output('memory', weights.add(g, 'pose_retriever.mem', [1, ...size], { dims: size }), size);
  return built;
}

/**
 * One photo (or ray map) meets the state. Inputs: `features` [rows, cols, channels], `state`, `memory`, `first` [1] (1: use the
 * learned pose token, 0: read it from memory). Outputs: the heads (see cut3r-head.ts), and for the update the caller decides on:
 * `new_state` and `new_memory` as proposed, `gate` [tokens] (TTT3R's β), `affinity` [tokens] (MeMix's score).
 */
export function buildStep(config: Cut3rConfig, ledger: WeightLedger, precision: Precision): BuiltGraph {
  const { net, built } = startGraph('step', ledger, precision);
  const { g } = net;
  const { encoder, decoder, stateTokens, memorySlots, ropeBase } = config;
  const channels = decoder.channels;
  const features = g.input('features', 'float32', ['rows', 'cols', encoder.channels]);
  const state = g.input('state', 'float32', [stateTokens, channels]);
  const memory = g.input('memory', 'float32', [memorySlots, 2 * channels]);
  const first = g.input('first', 'float32', [1]);
  const { rows, cols } = gridSize(g, features);
  const tokens = g.reshape(features, -1, encoder.channels);

  const glance = linear(net, 'pose_retriever.proj_q', g.op('ReduceMean', [tokens, g.ints(0)], { keepdims: 1 }), {
    inputs: encoder.channels,
    outputs: channels,
  });
  const poseToken = readPoseToken(net, config, g.cast(glance, 'float32'), memory, first);
  const embedded = g.cast(
    linear(net, 'decoder_embed', tokens, { inputs: encoder.channels, outputs: channels }),
    'float32',
  );

  const patches = gridPositions(g, rows, cols);
  const withPose = g.concat([fixedPositions(g, [[-1, -1]]), patches], 0);
  const stateGrid = fixedPositions(
    g,
    Array.from(
      { length: stateTokens },
      (_, i) => [Math.floor(i / config.stateColumns), i % config.stateColumns] as const,
    ),
  );
  const ropesFor = (heads: number): { image: RopeTable; state: RopeTable } => ({
    image: ropeTable(g, withPose, channels / heads, ropeBase),
    state: ropeTable(g, stateGrid, channels / heads, ropeBase),
  });
  const imageRopes = ropesFor(decoder.heads);
  const stateRopes = ropesFor(config.stateHeads);

  let imageTokens = g.concat([poseToken, embedded], 0);
  let stateTokensNow = state;
  const levels = [imageTokens];
  let logits: Value | null = null;
  const imageSize = { channels, hidden: decoder.hidden, heads: decoder.heads };
  const stateSize = { channels, hidden: config.stateHidden, heads: config.stateHeads };
  for (let i = 0; i < decoder.depth; i++) {
    // Both sides read the other's previous layer: the update is symmetric.
    const s = decoderBlock(net, `dec_blocks_state.${i}`, stateTokensNow, imageTokens, stateSize, {
      x: stateRopes.state,
      y: stateRopes.image,
    });
    const image = decoderBlock(net, `dec_blocks.${i}`, imageTokens, stateTokensNow, imageSize, {
      x: imageRopes.image,
      y: imageRopes.state,
    });
    // The mean over keys of q·k is q·mean(k), and the sum over heads is one product over all channels.
    const meanKey = g.op('ReduceMean', [s.k, g.ints(0)], { keepdims: 1 });
    const layerLogits = g.op('ReduceSum', [g.mul(s.q, meanKey), g.ints(1)], { keepdims: 0 });
    logits = logits ? g.add(logits, layerLogits) : layerLogits;
    stateTokensNow = s.x;
    imageTokens = image.x;
    levels.push(imageTokens);
  }
  const newState = g.cast(layerNorm(net, 'dec_norm_state', stateTokensNow, channels), 'float32');
  const last = g.cast(layerNorm(net, 'dec_norm', imageTokens, channels), 'float32');
  const pose = g.slice(last, 0, 0, 1);

  const note = g.concat([g.cast(glance, 'float32'), pose], 1);
  const newMemory = memoryBlocks(net, config, 'write_blocks', memory, note);

  const depth = decoder.depth;
  cut3rHead(net, config, {
    features,
    rows,
    cols,
    tokens,
    middle: [Math.floor((depth * 2) / 4), Math.floor((depth * 3) / 4)].map((level) => g.slice(levels[level], 0, 1)),
    last: g.slice(last, 0, 1),
    pose,
    rope: ropeTable(g, patches, channels / decoder.heads, ropeBase),
  });
  g.output('new_state', newState, [stateTokens, channels]);
  g.output('new_memory', newMemory, [memorySlots, 2 * channels]);
  const headDim = channels / config.stateHeads;
  const scale = 1 / (Math.sqrt(headDim) * config.stateHeads * depth);
  g.output('gate', g.op('Sigmoid', [g.mul(logits as Value, g.scalar(scale))]), [stateTokens]);
  const meanPatch = g.op('ReduceMean', [embedded, g.ints(0)], { keepdims: 1 });
  g.output('affinity', g.op('ReduceSum', [g.mul(newState, meanPatch), g.ints(1)], { keepdims: 0 }), [stateTokens]);
  return built;
}

function readPoseToken(net: Net, config: Cut3rConfig, glance: Value, memory: Value, first: Value): Value {
  const { g, weights } = net;
  const { channels } = config.decoder;
  const row = { keepFloat32: true, dims: [1, channels] };
  const learned = weights.add(g, 'pose_token', [1, 1, channels], row);
  const question = g.concat([glance, weights.add(g, 'pose_retriever.masked_token', [1, 1, channels], row)], 1);
  const answer = g.slice(memoryBlocks(net, config, 'read_blocks', question, memory), 1, channels);
  return g.add(g.mul(first, learned), g.mul(g.sub(g.scalar(1), first), answer));
}

function memoryBlocks(net: Net, config: Cut3rConfig, name: string, x: Value, y: Value): Value {
  const size = { channels: 2 * config.decoder.channels, hidden: config.memoryHidden, heads: config.memoryHeads };
  return [0, 1].reduce((value, idx) => decoderBlock(net, `pose_retriever.${name}.${idx}`, value, y, size, null).x, x);
}
