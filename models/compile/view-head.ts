// The dense head of VGGT and Depth Anything 3: four levels of one view's tokens become a map of its pixels.

import { channelsLast, convolutions, dptTrunk, enlarged } from './dpt.ts';
import type { Value } from './graph.ts';
import { layerNorm, type Net } from './layers.ts';
import { withPlaneWaves } from './plane-waves.ts';
import { dimensionOf, vector } from './view-blocks.ts';

export interface ViewHead {
  width: number;
  patchPx: number;
  /** See DptVariant. */
  rectified: boolean;
}

/** `level_0` … `level_3` [rows, cols, width] of one view → `depth` and `depth_conf` [height, width], 1 … ∞. */
export function outputDepth(net: Net, prefix: string, head: ViewHead): void {
  const { g } = net;
  const raw = viewHead(net, prefix, { ...head, count: 2 });
  const channel = (idx: number): Value => g.op('Exp', [g.op('Gather', [raw, g.scalar(idx, 'int64')], { axis: 2 })]);
  g.output('depth', channel(0), ['height', 'width']);
  g.output('depth_conf', g.add(channel(1), g.scalar(1)), ['height', 'width']);
}

/**
 * Adds the inputs `level_0` … `level_3` [rows, cols, width].
 * @returns [rows · patchPx, cols · patchPx, count], float32
 */
export function viewHead(
  net: Net,
  prefix: string,
  { width, patchPx, count, rectified }: ViewHead & { count: number },
): Value {
  const { g, weights } = net;
  const inputs = [0, 1, 2, 3].map((level) => g.input(`level_${level}`, 'float32', ['rows', 'cols', width]));
  const [rows, cols] = [dimensionOf(g, inputs[0], 0), dimensionOf(g, inputs[0], 1)];
  const levels = inputs.map((level) => layerNorm(net, `${prefix}.norm`, g.reshape(level, -1, width), width, 1e-5));
  const scratch = `${prefix}.scratch`;
  const names = {
    level: (idx: number) => ({ project: `${prefix}.projects.${idx}`, resize: `${prefix}.resize_layers.${idx}` }),
    scratch,
    factors: [4, 2, 1, 0.5],
  };
  const placed = (map: Value, channels: number): Value => withPlaneWaves(g, map, channels, rows, cols);
  const { map, features } = dptTrunk(
    net,
    names,
    levels,
    levels.map(() => width),
    { rows, cols },
    { placed, exact: true, rectified },
  );
  const conv = convolutions(net);
  const half = weights.rowsOf(`${scratch}.output_conv1.weight`);
  const last = weights.rowsOf(`${scratch}.output_conv2.0.weight`);
  const pixels = g.mul(vector(g, [rows, cols]), g.ints(patchPx));
  const full = enlarged(net, conv(`${scratch}.output_conv1`, map, features, half, 3), half, pixels);
  const sharp = g.op('Relu', [conv(`${scratch}.output_conv2.0`, placed(full, half), half, last, 3)]);
  const raw = conv(`${scratch}.output_conv2.2`, g.cast(sharp, 'float32'), last, count, 1, { keepFloat32: true });
  return channelsLast(g, raw);
}
