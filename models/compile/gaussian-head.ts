// Splatt3R's Gaussians (Smart et al. 2024, model-facts 10): a second DPT branch beside the points, one Gaussian for every pixel.

import { dptBranch, type Grid } from './dpt.ts';
import type { Value } from './graph.ts';
import type { Net } from './layers.ts';
import { along } from './points.ts';

/** Numbers of a Gaussian as the network gives them, and as the graph gives them on. */
const parts = { offset: [0, 3], logScale: [3, 6], rotation: [6, 10], harmonics: [10, 13], opacity: [13, 14] } as const;
const count = 14;
/** At zero an offset is e^−6 of what a point would be: Gaussians begin at their points. */
const offsetShift = 6;

/**
 * @param levels, widths, grid as for `dptBranch`
 * @returns [height, width, 14], float32: from the pixel's point to the mean, in its axes 3; natural logarithms of the deviations 3; unit quaternion x y z w 4;
 * change of the photo's own colour as a spherical harmonic of degree zero 3; opacity 0…1
 */
export function gaussianHead(
  net: Net,
  prefix: string,
  levels: readonly Value[],
  widths: readonly number[],
  grid: Grid,
): Value {
  const { g } = net;
  const raw = dptBranch(net, prefix, levels, widths, grid, count);
  const part = (name: keyof typeof parts): Value => g.slice(raw, 2, parts[name][0], parts[name][1]);
  const far = (length: Value): Value =>
    g.sub(g.op('Exp', [g.sub(length, g.scalar(offsetShift))]), g.scalar(Math.exp(-offsetShift)));
  const turn = part('rotation');
  const length = g.op('ReduceL2', [turn, g.ints(-1)], { keepdims: 1 });
  return g.concat(
    [
      along(g, part('offset'), far),
      part('logScale'),
      g.div(turn, g.add(length, g.constant(Float32Array.of(1e-8), []))),
      part('harmonics'),
      g.op('Sigmoid', [part('opacity')]),
    ],
    2,
  );
}
