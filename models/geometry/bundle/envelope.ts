// Which entries of the reduced camera system can differ from zero, and where they are kept: poses that share no point do not meet.

import type { Envelope } from '../linear-algebra/cholesky.ts';
import { cameraParameters, type BundleProblem } from './bundle-problem.ts';

/**
 * Cameras come after all poses and meet everything. Offsets below zero are held.
 * @returns the envelope, and how many numbers it takes: with photos in order of a walk as many as there are photos, not their square
 */
export function findEnvelope(
  problem: BundleProblem,
  poseOffset: Int32Array,
  cameraOffset: Int32Array,
  size: number,
): Envelope & { length: number } {
  const { observationStart, observationPose } = problem;
  const first = new Int32Array(size).map((_, row) => row);
  const lowest = poseOffset.slice();
  for (let point = 0; point < problem.pointCount; point++) {
    let least = size;
    for (let o = observationStart[point]; o < observationStart[point + 1]; o++) {
      const offset = poseOffset[observationPose[o]];
      if (offset >= 0 && offset < least) least = offset;
    }
    for (let o = observationStart[point]; o < observationStart[point + 1]; o++) {
      const pose = observationPose[o];
      if (lowest[pose] > least) lowest[pose] = least;
    }
  }
  poseOffset.forEach((offset, pose) => {
    if (offset >= 0) first.fill(lowest[pose], offset, offset + 6);
  });
  for (const offset of cameraOffset) if (offset >= 0) first.fill(0, offset, offset + cameraParameters);
  // Blocks are written whole: every row reaches to the end of its block, beyond the diagonal.
  const end = new Int32Array(size);
  for (const offset of poseOffset) if (offset >= 0) end.fill(offset + 6, offset, offset + 6);
  for (const offset of cameraOffset)
    if (offset >= 0) end.fill(offset + cameraParameters, offset, offset + cameraParameters);
  let length = 0;
  const rowAt = first.map((column, row) => {
    const at = length - column;
    length += end[row] - column;
    return at;
  });
  return { first, rowAt, length };
}
