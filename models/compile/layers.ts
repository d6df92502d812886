// Layers of vision transformers as ONNX: tokens are [count, channels], the batch is always one photo.

import { float, type GraphBuilder, type Value } from './graph.ts';
import type { FloatPrecision, WeightFile, WeightOptions } from './weights.ts';

/** What every layer needs: where nodes go, where weights come from, in which precision the bulk of the work runs. */
export interface Net {
  g: GraphBuilder;
  weights: WeightFile;
  precision: FloatPrecision;
}

/** cos and sin [tokens, headDim / 2] of the rotation of each token, and [1, tokens] the row of each token in them. */
export interface RopeTable {
  cos: Value;
  sin: Value;
  rows: Value;
  /** What is turned is rounded to half precision first, whatever the precision of the net. */
  halfInputs?: boolean;
}

/** y = x·Wᵀ + b on [n, in]. `rows` takes only those outputs of the layer, in that order. */
export function linear(
  { g, weights }: Net,
  prefix: string,
  x: Value,
  size: { inputs: number; outputs: number },
  options: WeightOptions = {},
): Value {
  const quantised = weights.addQuantised(g, `${prefix}.weight`, [size.outputs, size.inputs], options);
  if (quantised) {
    const { items, scales } = quantised;
    const bias = weights.add(g, `${prefix}.bias`, [size.outputs], options);
    // What comes in is rounded to eight bits too, between its own smallest and largest number.
    return g.op('DynamicQuantizeMatMul', [x, items, scales, null, bias], {}, { domain: 'com.microsoft' });
  }
  const w = weights.add(g, `${prefix}.weight`, [size.outputs, size.inputs], options);
  const b = weights.add(g, `${prefix}.bias`, [size.outputs], options);
  return g.op('Gemm', [g.cast(x, w.type), w, b], { transB: 1 });
}

/** Layer norm over channels, in float32 as the official models do, result in the precision of the net. */
export function layerNorm(
  { g, weights, precision }: Net,
  prefix: string,
  x: Value,
  channels: number,
  epsilon = 1e-6,
): Value {
  const scale = weights.add(g, `${prefix}.weight`, [channels], { keepFloat32: true });
  const bias = weights.add(g, `${prefix}.bias`, [channels], { keepFloat32: true });
  const y = g.op('LayerNormalization', [g.cast(x, 'float32'), scale, bias], { axis: -1, epsilon: float(epsilon) });
  return g.cast(y, precision);
}

/** fc1, exact GELU, fc2. */
export function mlp(
  net: Net,
  prefix: string,
  x: Value,
  size: { inputs: number; hidden: number; outputs: number },
  options: WeightOptions = {},
): Value {
  const hidden = linear(net, `${prefix}.fc1`, x, { inputs: size.inputs, outputs: size.hidden }, options);
  const { g } = net;
  return linear(net, `${prefix}.fc2`, g.op('Gelu', [hidden]), { inputs: size.hidden, outputs: size.outputs }, options);
}

/**
 * Order of a head's channels that makes 2D RoPE a plain rotary embedding. The official layout of a head is four quarters
 * (row u, row v, column u, column v) with pairs (u, v) in each half; ours is (row u, column u, row v, column v), so that
 * channel j pairs with j + d/2. Queries and keys are reordered alike, which leaves their products as they are.
 * @param first row of the first head in the weight matrix
 */
export function rotaryRows(channels: number, heads: number, first = 0): number[] {
  const headDim = channels / heads;
  const quarter = headDim / 4;
  return Array.from({ length: channels }, (_, idx) => {
    const within = idx % headDim;
    const part = Math.floor(within / quarter);
    return first + idx - within + [0, 2, 1, 3][part] * quarter + (within % quarter);
  });
}

export const plainRows = (channels: number, first: number): number[] =>
  Array.from({ length: channels }, (_, idx) => first + idx);

/** Rotates queries or keys [n, channels] by the positions of their tokens, in float32. */
export function rotate(g: GraphBuilder, x: Value, table: RopeTable, heads: number): Value {
  const rounded = table.halfInputs ? g.cast(x, 'float16') : x;
  const sequence = g.op('Unsqueeze', [g.cast(rounded, 'float32'), g.ints(0)]);
  const rotated = g.op(
    'RotaryEmbedding',
    [sequence, table.rows, table.cos, table.sin],
    { num_heads: heads, interleaved: 0 },
    { domain: 'com.microsoft' },
  );
  return g.op('Squeeze', [rotated, g.ints(0)]);
}

/**
 * softmax(q·kᵀ/√d)·v per head, by ONNX Runtime's fused operator. q [n, c], k and v [m, c].
 * @param causal a query sees only keys that do not come after it
 */
export function attend(
  { g, precision }: Net,
  q: Value,
  k: Value,
  v: Value,
  heads: number,
  { causal }: { causal: boolean } = { causal: false },
): Value {
  const [q3, k3, v3] = [q, k, v].map((x) => g.op('Unsqueeze', [g.cast(x, precision), g.ints(0)]));
  const attributes = { num_heads: heads, unidirectional: causal ? 1 : 0 };
  const out = g.op('MultiHeadAttention', [q3, k3, v3], attributes, { domain: 'com.microsoft' });
  return g.op('Squeeze', [out, g.ints(0)]);
}

/** Self attention with one fused qkv layer in the checkpoint; `rope` null leaves positions out. */
export function selfAttention(
  net: Net,
  prefix: string,
  x: Value,
  channels: number,
  heads: number,
  rope: RopeTable | null,
): Value {
  const size = { inputs: channels, outputs: 3 * channels };
  const part = (idx: number): Value =>
    linear(net, `${prefix}.qkv`, x, size, {
      rows: rope && idx < 2 ? rotaryRows(channels, heads, idx * channels) : plainRows(channels, idx * channels),
    });
  let [q, k] = [part(0), part(1)];
  const v = part(2);
  if (rope) [q, k] = [rotate(net.g, q, rope, heads), rotate(net.g, k, rope, heads)];
  return linear(net, `${prefix}.proj`, attend(net, q, k, v, heads), { inputs: channels, outputs: channels });
}

/** Rotated queries and keys of a cross attention, for rules that look at its logits. */
export interface CrossAttention {
  out: Value;
  q: Value;
  k: Value;
}

/** Attention of x over y (already normalised). Ropes null leave positions out. */
function crossAttention(
  net: Net,
  prefix: string,
  x: Value,
  y: Value,
  channels: number,
  heads: number,
  ropes: { x: RopeTable; y: RopeTable } | null,
): CrossAttention {
  const size = { inputs: channels, outputs: channels };
  const rows = ropes ? { rows: rotaryRows(channels, heads) } : {};
  let q = linear(net, `${prefix}.projq`, x, size, rows);
  let k = linear(net, `${prefix}.projk`, y, size, rows);
  const v = linear(net, `${prefix}.projv`, y, size);
  if (ropes) [q, k] = [rotate(net.g, q, ropes.x, heads), rotate(net.g, k, ropes.y, heads)];
  return { out: linear(net, `${prefix}.proj`, attend(net, q, k, v, heads), size), q, k };
}

/** x + attention, then x + MLP, each behind a layer norm; `rope` null leaves positions out. */
export function encoderBlock(
  net: Net,
  prefix: string,
  x: Value,
  channels: number,
  hidden: number,
  heads: number,
  rope: RopeTable | null,
): Value {
  const { g } = net;
  const attended = selfAttention(
    net,
    `${prefix}.attn`,
    layerNorm(net, `${prefix}.norm1`, x, channels),
    channels,
    heads,
    rope,
  );
  const y = residual(g, x, attended);
  const size = { inputs: channels, hidden, outputs: channels };
  return residual(g, y, mlp(net, `${prefix}.mlp`, layerNorm(net, `${prefix}.norm2`, y, channels), size));
}

/** Sums of residual streams stay in float32: they grow beyond what half precision resolves. */
export const residual = (g: GraphBuilder, x: Value, change: Value): Value =>
  g.add(g.cast(x, 'float32'), g.cast(change, 'float32'));

/** Self attention, cross attention over norm_y(y), MLP. Returns x and the rotated cross queries and keys. */
export function decoderBlock(
  net: Net,
  prefix: string,
  x: Value,
  y: Value,
  size: { channels: number; hidden: number; heads: number },
  ropes: { x: RopeTable; y: RopeTable } | null,
): { x: Value; q: Value; k: Value } {
  const { g } = net;
  const { channels, hidden, heads } = size;
  const norm = (name: string, value: Value): Value => layerNorm(net, `${prefix}.${name}`, value, channels);
  const x1 = residual(g, x, selfAttention(net, `${prefix}.attn`, norm('norm1', x), channels, heads, ropes?.x ?? null));
  const cross = crossAttention(
    net,
    `${prefix}.cross_attn`,
    norm('norm2', x1),
    norm('norm_y', y),
    channels,
    heads,
    ropes,
  );
  const x2 = residual(g, x1, cross.out);
  const x3 = residual(
    g,
    x2,
    mlp(net, `${prefix}.mlp`, norm('norm3', x2), { inputs: channels, hidden, outputs: channels }),
  );
  return { x: x3, q: cross.q, k: cross.k };
}
