// The plane sweep as an ONNX graph: warps of the neighbours at many depths, ZNCC against the reference, best half of the neighbours.
//
// R. T. Collins, "A space-sweep approach to true multi-image matching", CVPR 1996; the best half of the views against occlusion is from
// S. B. Kang, R. Szeliski, J. Chai, "Handling occlusions in dense multi-view stereo", CVPR 2001.

import { GraphBuilder, type Value } from '../../compile/graph.ts';

/** The reference's size is fixed in a graph: ONNX Runtime pools ten times faster when it knows them. */
export interface SweepShape {
  widthPx: number;
  heightPx: number;
  planes: number;
  /** Inverse depths differ from pixel to pixel (a band around a prior) instead of being planes. */
  perPixel: boolean;
  /** One to four; their sizes are free. */
  neighbourCount: number;
  /** Side of the matching window, odd. */
  windowPx: number;
  /** Reads the neighbours' pictures itself (GridSample) instead of being given them warped. */
  samples: boolean;
}

/** Pictures of all neighbours at all planes, rounded up to sixteens; what is beyond them is not looked at. */
export const channelsOf = ({ neighbourCount, planes }: Pick<SweepShape, 'neighbourCount' | 'planes'>): number =>
  Math.ceil((neighbourCount * planes) / 16) * 16;

/**
 * Inputs: `reference` [1,1,h,w]; `warped` [1,c,h,w], the p planes of the first neighbour (warp.ts), then those of the next. A graph that samples itself has `rays` [3,h·w] and
 * `inverseDepths` [p,1] or [p,h·w] instead, and per neighbour `picture{k}` [1,1,hk,wk] and `warp{k}` [3,4]: ray and inverse depth in
 * the reference → picture place times depth, −1…1 over the neighbour's picture.
 * Output: `score` [p,h,w], about −1…1: mean ZNCC of the best half of the neighbours; 0 where they do not see the point.
 */
export function sweepGraph(shape: SweepShape): Uint8Array {
  const { widthPx, heightPx, planes, neighbourCount, windowPx, samples } = shape;
  const g = new GraphBuilder('plane_sweep');
  const reference = g.input('reference', 'float32', [1, 1, heightPx, widthPx]);
  const box = (value: Value): Value =>
    g.op('AveragePool', [value], {
      kernel_shape: [windowPx, windowPx],
      pads: [windowPx >> 1, windowPx >> 1, windowPx >> 1, windowPx >> 1],
      strides: [1, 1],
    });
  // Noise of about 1.5 grey levels: windows with less contrast than that tell nothing.
  const noise = g.scalar((1.5 / 255) ** 2);
  const variance = (meanOfSquare: Value, mean: Value): Value =>
    g.add(g.op('Relu', [g.sub(meanOfSquare, g.mul(mean, mean))]), noise);
  const referenceMean = box(reference);
  const referenceVariance = variance(box(g.mul(reference, reference)), referenceMean);
  // All neighbours in one tensor: pooling is fast for channels in sixteens only, and nothing is put together or taken apart before the end.
  const channels = channelsOf(shape);
  const warped = samples ? sampledPictures(g, shape) : g.input('warped', 'float32', [1, channels, heightPx, widthPx]);
  const mean = box(warped);
  const covariance = g.sub(box(g.mul(warped, reference)), g.mul(mean, referenceMean));
  const deviations = g.op('Sqrt', [g.mul(variance(box(g.mul(warped, warped)), mean), referenceVariance)]);
  const correlation = g.div(covariance, deviations);
  const scores = Array.from({ length: neighbourCount }, (_, k) =>
    g.slice(correlation, 1, k * planes, (k + 1) * planes),
  );
  g.output('score', g.op('Squeeze', [bestHalf(g, scores), g.ints(0)]), [planes, heightPx, widthPx]);
  return g.encode();
}

/** The pictures of the neighbours at the ends of the rays, [1,c,h,w]. */
function sampledPictures(g: GraphBuilder, shape: SweepShape): Value {
  const { widthPx, heightPx, planes, perPixel, neighbourCount } = shape;
  const pixels = widthPx * heightPx;
  const rays = g.input('rays', 'float32', [3, pixels]);
  const inverseDepths = g.input('inverseDepths', 'float32', [planes, perPixel ? pixels : 1]);
  const sampled = (k: number): Value => {
    const picture = g.input(`picture${k}`, 'float32', [1, 1, `h${k}`, `w${k}`]);
    const warp = g.input(`warp${k}`, 'float32', [3, 4]);
    const directions = g.matmul(g.slice(warp, 1, 0, 3), rays);
    const shift = g.slice(warp, 1, 3, 4);
    const coordinate = (row: number): Value =>
      g.add(g.slice(directions, 0, row, row + 1), g.mul(inverseDepths, g.slice(shift, 0, row, row + 1)));
    // Points behind the neighbour are sent far outside its picture.
    const depth = g.op('Max', [coordinate(2), g.scalar(1e-6)]);
    const place = (row: number): Value => g.op('Unsqueeze', [g.div(coordinate(row), depth), g.ints(2)]);
    const grid = g.reshape(g.concat([place(0), place(1)], 2), 1, planes * heightPx, widthPx, 2);
    const values = g.op('GridSample', [picture, grid], { mode: 'linear', padding_mode: 'zeros', align_corners: 0 });
    return g.reshape(values, 1, planes, heightPx, widthPx);
  };
  const missing = channelsOf(shape) - neighbourCount * planes;
  const rest = missing > 0 ? [g.constant(new Float32Array(missing * pixels), [1, missing, heightPx, widthPx])] : [];
  return g.concat([...Array.from({ length: neighbourCount }, (_, k) => sampled(k)), ...rest], 1);
}

/** Mean of the larger half (two of four, two of three, both of two). */
function bestHalf(g: GraphBuilder, scores: readonly Value[]): Value {
  const max = (a: Value, b: Value): Value => g.op('Max', [a, b]);
  const min = (a: Value, b: Value): Value => g.op('Min', [a, b]);
  const half = (a: Value, b: Value): Value => g.mul(g.add(a, b), g.scalar(0.5));
  const [a, b, c, d] = scores;
  if (scores.length === 1) return a;
  if (scores.length === 2) return half(a, b);
  if (scores.length === 3) {
    const upper = max(a, b);
    return half(max(upper, c), max(min(a, b), min(upper, c)));
  }
  const upper = [max(a, b), max(c, d)];
  const lower = [min(a, b), min(c, d)];
  return half(max(upper[0], upper[1]), max(min(upper[0], upper[1]), max(lower[0], lower[1])));
}
