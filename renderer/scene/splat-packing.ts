// Columns of a chunk as Spark's packed splats.

import type { PackedSplats } from '@sparkjsdev/spark';
import { Color, Quaternion, Vector3 } from 'three';
import type { GaussianColumns } from '../../projects/format/gaussian-chunk.ts';

/** Splats packed in one go before the page gets a turn: about 8 ms. */
const splatsPerSlice = 12_000;

/** Spark's 16 bytes a splat, packed in slices so that the page stays responsive. @param order row of the columns at each place */
export async function packSplats(
  { count, means, logScales, rotations, colors }: GaussianColumns,
  order: Uint32Array,
  into: PackedSplats,
): Promise<PackedSplats> {
  await into.initialized;
  const [center, scales, quaternion, color] = [new Vector3(), new Vector3(), new Quaternion(), new Color()];
  for (let place = 0; place < count; place++) {
    const i = order[place];
    center.fromArray(means, 3 * i);
    scales.set(Math.exp(logScales[3 * i]), Math.exp(logScales[3 * i + 1]), Math.exp(logScales[3 * i + 2]));
    quaternion.set(rotations[4 * i], rotations[4 * i + 1], rotations[4 * i + 2], rotations[4 * i + 3]).normalize();
    color.setRGB(colors[4 * i] / 255, colors[4 * i + 1] / 255, colors[4 * i + 2] / 255);
    into.pushSplat(center, scales, quaternion, colors[4 * i + 3] / 255, color);
    if (place % splatsPerSlice === splatsPerSlice - 1) await new Promise((resolve) => setTimeout(resolve));
  }
  return into;
}
