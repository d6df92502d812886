// One branch of a DPT head (Ranftl et al. 2021, as in CroCo and DUSt3R): four levels of tokens become a map at full size.

import type { GraphBuilder, Value } from './graph.ts';
import type { Net } from './layers.ts';

interface Grid {
  rows: Value;
  cols: Value;
}

/**
 * @param levels four token lists [rows·cols, width]
 * @param count channels of the result [height, width, count], float32
 */
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
  const scratch = `${prefix}.scratch`;
  const features = weights.rowsOf(`${scratch}.layer1_rn.weight`);
  const maps = levels.map((level, idx) => {
    const post = `${prefix}.act_postprocess.${idx}`;
    const inner = weights.rowsOf(`${post}.0.weight`);
    const flat = conv(
      `${post}.0`,
      tokensToMap(g, g.cast(level, net.precision), widths[idx], grid),
      widths[idx],
      inner,
      1,
    );
    const resized =
      idx === 0
        ? spread(net, `${post}.1`, flat, inner, 4)
        : idx === 1
          ? spread(net, `${post}.1`, flat, inner, 2)
          : idx === 3
            ? conv(`${post}.1`, flat, inner, inner, 3, { stride: 2 })
            : flat;
    return conv(`${scratch}.layer${idx + 1}_rn`, resized, inner, features, 3, { bias: false });
  });
  const unit = (name: string, x: Value): Value => {
    const inner = conv(`${name}.conv1`, g.op('Relu', [x]), features, features, 3);
    return g.add(x, conv(`${name}.conv2`, g.op('Relu', [inner]), features, features, 3));
  };
  const fuse = (idx: number, top: Value | null, lateral: Value): Value => {
    const name = `${scratch}.refinenet${idx}`;
    const sum = top ? g.add(top, unit(`${name}.resConfUnit1`, lateral)) : lateral;
    // A 1×1 convolution and the bilinear enlargement commute (weights of the latter sum to one): convolve the small map.
    return twice(net, conv(`${name}.out_conv`, unit(`${name}.resConfUnit2`, sum), features, features, 1));
  };
  const path4 = cropLike(g, fuse(4, null, maps[3]), maps[2]);
  const path1 = fuse(1, fuse(2, fuse(3, path4, maps[2]), maps[1]), maps[0]);
  const half = weights.rowsOf(`${prefix}.head.0.weight`);
  const last = weights.rowsOf(`${prefix}.head.2.weight`);
  const wide = twice(net, conv(`${prefix}.head.0`, path1, features, half, 3));
  const sharp = g.op('Relu', [conv(`${prefix}.head.2`, wide, half, last, 3)]);
  const raw = conv(`${prefix}.head.4`, g.cast(sharp, 'float32'), last, count, 1, { keepFloat32: true });
  return g.transpose(g.op('Squeeze', [raw, g.ints(0)]), [1, 2, 0]);
}

interface ConvOptions {
  stride?: number;
  bias?: boolean;
  keepFloat32?: boolean;
}

/** A convolution that keeps the size (or halves it, rounding up), by name. */
function convolutions({ g, weights }: Net) {
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

/** Cuts x [1, c, h, w] to the height and width of another map; needed where a grid has odd sides. */
function cropLike(g: GraphBuilder, x: Value, like: Value): Value {
  const size = g.op('Shape', [like], { start: 2, end: 4 }, { type: 'int64' });
  return g.op('Slice', [x, g.ints(0, 0), size, g.ints(2, 3)]);
}
