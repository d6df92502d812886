// Transformer blocks over the tokens of several views at once: attention inside each view, or over all of them.

import { float, type GraphBuilder, type Value } from './graph.ts';
import { layerNorm, linear, mlp, plainRows, residual, rotaryRows, type Net, type RopeTable } from './layers.ts';

/** How the tokens [views · perView, channels] fall into views. */
export interface ViewGrid {
  /** int64 scalars */
  views: Value;
  perView: Value;
}

export interface ViewBlock {
  channels: number;
  hidden: number;
  heads: number;
  /** Of norms over channels. */
  epsilon: number;
  /** Norms of queries and keys, over each head, with this epsilon; null: none. */
  headEpsilon: number | null;
  /** Both branches are multiplied by learned factors (LayerScale, Touvron et al. 2021). */
  scaled: boolean;
  /** Of the tokens of one view; null leaves positions out. */
  rope: RopeTable | null;
  /** Factor of query · key products; null: 1/√(width of a head). */
  logitScale?: number | null;
}

/** @param across true: every token sees those of all views; false: those of its own */
export function viewBlock(
  net: Net,
  prefix: string,
  x: Value,
  grid: ViewGrid,
  across: boolean,
  block: ViewBlock,
): Value {
  const { g, weights } = net;
  const { channels, hidden, epsilon, scaled } = block;
  const norm = (name: string, value: Value): Value => layerNorm(net, `${prefix}.${name}`, value, channels, epsilon);
  const factor = (name: string, value: Value): Value =>
    scaled
      ? g.mul(g.cast(value, 'float32'), weights.add(g, `${prefix}.${name}.gamma`, [channels], { keepFloat32: true }))
      : value;
  const attended = attention(net, `${prefix}.attn`, norm('norm1', x), grid, across, block);
  const y = residual(g, x, factor('ls1', attended));
  const size = { inputs: channels, hidden, outputs: channels };
  return residual(g, y, factor('ls2', mlp(net, `${prefix}.mlp`, norm('norm2', y), size)));
}

function attention(net: Net, prefix: string, x: Value, grid: ViewGrid, across: boolean, block: ViewBlock): Value {
  const { g, precision } = net;
  const { channels, heads, headEpsilon, rope, logitScale = null } = block;
  const size = { inputs: channels, outputs: 3 * channels };
  const part = (idx: number): Value => {
    const turned = rope !== null && idx < 2;
    const rows = turned ? rotaryRows(channels, heads, idx * channels) : plainRows(channels, idx * channels);
    return linear(net, `${prefix}.qkv`, x, size, { rows });
  };
  const [q, k] = [part(0), part(1)].map((value, idx) => {
    const name = `${prefix}.${idx === 0 ? 'q' : 'k'}_norm`;
    const normed = headEpsilon === null ? value : headNorm(net, name, value, block);
    return rope ? rotateViews(g, normed, rope, grid, block) : normed;
  });
  const batch = across ? g.ints(1, -1, channels) : viewShape(g, grid, channels);
  const [q3, k3, v3] = [q, k, part(2)].map((value) => g.op('Reshape', [g.cast(value, precision), batch]));
  const attributes = { num_heads: heads, ...(logitScale === null ? {} : { scale: float(logitScale) }) };
  const out = g.op('MultiHeadAttention', [q3, k3, v3], attributes, { domain: 'com.microsoft' });
  return linear(net, `${prefix}.proj`, g.reshape(out, -1, channels), { inputs: channels, outputs: channels });
}

/** A layer norm over the channels of each head, in the order that `rotaryRows` puts them in. */
function headNorm(
  { g, weights }: Net,
  name: string,
  x: Value,
  { channels, heads, rope, headEpsilon }: ViewBlock,
): Value {
  const headDim = channels / heads;
  const options = { keepFloat32: true, ...(rope ? { rows: rotaryRows(headDim, 1) } : {}) };
  const scale = weights.add(g, `${name}.weight`, [headDim], options);
  const bias = weights.add(g, `${name}.bias`, [headDim], options);
  const rows = g.reshape(g.cast(x, 'float32'), -1, headDim);
  const attributes = { axis: -1, epsilon: float(headEpsilon ?? 0) };
  return g.reshape(g.op('LayerNormalization', [rows, scale, bias], attributes), -1, channels);
}

/** Every view is turned by the same table. */
function rotateViews(
  g: GraphBuilder,
  x: Value,
  { cos, sin, rows }: RopeTable,
  grid: ViewGrid,
  { channels, heads }: ViewBlock,
): Value {
  const sequence = g.op('Reshape', [g.cast(x, 'float32'), viewShape(g, grid, channels)]);
  const rowsOfAll = g.op('Expand', [rows, vector(g, [grid.views, grid.perView])]);
  const attributes = { num_heads: heads, interleaved: 0 };
  const turned = g.op('RotaryEmbedding', [sequence, rowsOfAll, cos, sin], attributes, { domain: 'com.microsoft' });
  return g.reshape(turned, -1, channels);
}

const viewShape = (g: GraphBuilder, { views, perView }: ViewGrid, channels: number): Value =>
  vector(g, [views, perView, g.scalar(channels, 'int64')]);

/** int64 scalars as one vector, for shapes. */
export const vector = (g: GraphBuilder, scalars: readonly Value[]): Value =>
  g.concat(
    scalars.map((value) => g.op('Unsqueeze', [value, g.ints(0)])),
    0,
  );

/** Dimension `axis` of a value as an int64 scalar. */
export const dimensionOf = (g: GraphBuilder, value: Value, axis: number): Value =>
  g.op('Squeeze', [g.op('Shape', [value], { start: axis, end: axis + 1 }, { type: 'int64' }), g.ints(0)]);
