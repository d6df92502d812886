// First non-zero column of every row of the reduced camera system: poses that share no point do not meet.

import { cameraParameters, type BundleProblem } from './bundle-problem.ts';

/** Cameras come after all poses and meet everything. Offsets below zero are held. */
export function findEnvelope(
  problem: BundleProblem,
  poseOffset: Int32Array,
  cameraOffset: Int32Array,
  size: number,
): Int32Array {
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
  return first;
}
