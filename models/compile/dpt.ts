// The dense prediction transformer's decoder (DPT, Ranftl et al. 2021): four levels of tokens become one map. Its trunk, and the head of CroCo and DUSt3R.

import type { GraphBuilder, Value } from './graph.ts';
import type { Net } from './layers.ts';

export interface Grid {
  rows: Value;
  cols: Value;
}

/** Where the layers of a trunk lie in the checkpoint. */
export interface DptNames {
  /** Of level 0…3: the 1×1 convolution of its tokens, and the layer that changes the size of the map. */
  level(idx: number): { project: string; resize: string };
  scratch: string;
  /** Of level 0…3: how much larger its map becomes than the grid; 0.5 halves it, 1 has no layer. */
  factors: readonly number[];
}

/** What later heads change about the trunk. */
export interface DptVariant {
  /** Applied to the map of each level before it changes its size. */
  placed?: (map: Value, channels: number) => Value;
  /** Maps are enlarged to the size of the next level exactly, instead of doubled and cut. */
  exact?: boolean;
  /** Residual units add to what is left of their input after its rectifier, because the official one works in place. */
  rectified?: boolean;
}

/** The head of CroCo and DUSt3R: the trunk, then three convolutions up to full size. */
export function dptBranch(
  net: Net,
  prefix: string,
  levels: readonly Value[],
  widths: readonly number[],
  grid: Grid,
  count: number,
): Value {
  const { g, weights } = net;
  const conv = convolutions(net);
  const level = (idx: number): ReturnType<DptNames['level']> => ({
    project: `${prefix}.act_postprocess.${idx}.0`,
    resize: `${prefix}.act_postprocess.${idx}.1`,
  });
  const names = { level, scratch: `${prefix}.scratch`, factors: [4, 2, 1, 0.5] };
  const { map, features } = dptTrunk(net, names, levels, widths, grid);
  const half = weights.rowsOf(`${prefix}.head.0.weight`);
  const last = weights.rowsOf(`${prefix}.head.2.weight`);
  const wide = twice(net, conv(`${prefix}.head.0`, map, features, half, 3));
  const sharp = g.op('Relu', [conv(`${prefix}.head.2`, wide, half, last, 3)]);
  const raw = conv(`${prefix}.head.4`, g.cast(sharp, 'float32'), last, count, 1, { keepFloat32: true });
  return channelsLast(g, raw);
}

/**
 * @param levels four token lists [rows·cols, width]
 * @returns [1, features, height, width], twice the grid times the largest factor
 */
export function dptTrunk(
  net: Net,
  { level, scratch, factors }: DptNames,
  levels: readonly Value[],
  widths: readonly number[],
  grid: Grid,
  { placed = (map) => map, exact = false, rectified = false }: DptVariant = {},
): { map: Value; features: number } {
  const { g, weights } = net;
  const conv = convolutions(net);
  const features = weights.rowsOf(`${scratch}.layer1_rn.weight`);
  const maps = levels.map((tokens, idx) => {
    const { project, resize } = level(idx);
    const inner = weights.rowsOf(`${project}.weight`);
    const map = tokensToMap(g, g.cast(tokens, net.precision), widths[idx], grid);
    const flat = placed(conv(project, map, widths[idx], inner, 1), inner);
    const factor = factors[idx];
    const resized =
      factor > 1
        ? spread(net, resize, flat, inner, factor)
        : factor < 1
          ? conv(resize, flat, inner, inner, 3, { stride: 2 })
          : flat;
    return conv(`${scratch}.layer${idx + 1}_rn`, resized, inner, features, 3, { bias: false });
  });
  const unit = (name: string, x: Value): Value => {
    const positive = g.op('Relu', [x]);
    const inner = conv(`${name}.conv1`, positive, features, features, 3);
    return g.add(rectified ? positive : x, conv(`${name}.conv2`, g.op('Relu', [inner]), features, features, 3));
  };
  const fuse = (idx: number, top: Value | null, next: Value | null): Value => {
    const name = `${scratch}.refinenet${idx}`;
    const lateral = maps[idx - 1];
    const sum = top ? g.add(top, unit(`${name}.resConfUnit1`, lateral)) : lateral;
    // A 1×1 convolution and the bilinear enlargement commute (weights of the latter sum to one): convolve the small map.
    const small = conv(`${name}.out_conv`, unit(`${name}.resConfUnit2`, sum), features, features, 1);
    return exact && next ? enlarged(net, small, features, sizeOf(g, next)) : twice(net, small);
  };
  const top = fuse(4, null, maps[2]);
  const path4 = exact ? top : cropLike(g, top, maps[2]);
  const path1 = fuse(1, fuse(2, fuse(3, path4, maps[1]), maps[0]), null);
  return { map: path1, features };
}

/** [1, channels, height, width] → [height, width, channels] */
export const channelsLast = (g: GraphBuilder, map: Value): Value =>
  g.transpose(g.op('Squeeze', [map, g.ints(0)]), [1, 2, 0]);

interface ConvOptions {
  stride?: number;
  bias?: boolean;
  keepFloat32?: boolean;
}

/** A convolution that keeps the size (or halves it, rounding up), by name. */
export function convolutions({ g, weights }: Net) {
  return (name: string, x: Value, from: number, to: number, size: number, options: ConvOptions = {}): Value => {
    const { stride = 1, bias = true, keepFloat32 = false } = options;
    const w = weights.add(g, `${name}.weight`, [to, from, size, size], { keepFloat32 });
    const b = bias ? weights.add(g, `${name}.bias`, [to], { keepFloat32 }) : null;
    const pad = (size - 1) / 2;
    const attributes = { kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
    return g.op('Conv', b ? [x, w, b] : [x, w], attributes);
  };
}

/** A transposed convolution without overlap: every cell becomes factor × factor cells. */
function spread({ g, weights }: Net, name: string, x: Value, channels: number, factor: number): Value {
  const w = weights.add(g, `${name}.weight`, [channels, channels, factor, factor]);
  const b = weights.add(g, `${name}.bias`, [channels]);
  return g.op('ConvTranspose', [x, w, b], { kernel_shape: [factor, factor], strides: [factor, factor] });
}

function tokensToMap(g: GraphBuilder, tokens: Value, channels: number, { rows, cols }: Grid): Value {
  const shape = g.concat([g.ints(1, channels), g.reshape(rows, 1), g.reshape(cols, 1)], 0);
  return g.op('Reshape', [g.transpose(tokens, [1, 0]), shape]);
}

/** Bilinear, corners aligned, twice as high and wide. */
function twice({ g, precision }: Net, x: Value): Value {
  const scales = g.constant(Float32Array.of(1, 1, 2, 2), [4]);
  const options = { mode: 'linear', coordinate_transformation_mode: 'align_corners' };
  return g.cast(g.op('Resize', [g.cast(x, 'float32'), null, scales], options), precision);
}

/** Bilinear, corners aligned, to a height and width (int64 [2]). */
export function enlarged({ g, precision }: Net, x: Value, channels: number, size: Value): Value {
  const options = { mode: 'linear', coordinate_transformation_mode: 'align_corners' };
  const sizes = g.concat([g.ints(1, channels), size], 0);
  return g.cast(g.op('Resize', [g.cast(x, 'float32'), null, null, sizes], options), precision);
}

/** Height and width of [1, c, h, w]. */
const sizeOf = (g: GraphBuilder, map: Value): Value => g.op('Shape', [map], { start: 2, end: 4 }, { type: 'int64' });

/** Cuts x [1, c, h, w] to the height and width of another map; needed where a grid has odd sides. */
function cropLike(g: GraphBuilder, x: Value, like: Value): Value {
  return g.op('Slice', [x, g.ints(0, 0), sizeOf(g, like), g.ints(2, 3)]);
}
