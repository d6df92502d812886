// Trajectories as text: TUM (`timestamp tx ty tz qx qy qz qw`) and KITTI (3×4 matrix a line).

import { StudioFailure } from '../../format/result.ts';
import { normalizedQuaternion, quaternionFromMatrix, type Sim3 } from '../../format/sim3.ts';

export interface StampedPose {
  timestampS: number;
  worldFromCamera: Sim3;
}

/** Lines starting with # are comments. @throws StudioFailure('ground-truth-unreadable') naming the first bad line. */
export function parseTumTrajectory(text: string): StampedPose[] {
  return numbersOf(text, 8).map((n) => ({
    timestampS: n[0],
    worldFromCamera: {
      translation: [n[1], n[2], n[3]],
      rotation: normalizedQuaternion([n[4], n[5], n[6], n[7]]),
      scale: 1,
    },
  }));
}

/** Camera-to-world, 12 numbers a line, row by row; the line is the frame. */
export function parseKittiTrajectory(text: string): Sim3[] {
  return numbersOf(text, 12).map(poseFromMatrix);
}

/** @param m the first three rows of a 4×4 camera-to-world matrix, row by row. */
export function poseFromMatrix(m: readonly number[]): Sim3 {
  return {
    rotation: quaternionFromMatrix([m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]]),
    translation: [m[3], m[7], m[11]],
    scale: 1,
  };
}

/** For each item of the shorter list the closest of the other within `maxDifferenceS`: [index in a, index in b]. */
export function associate(
  a: readonly { timestampS: number }[],
  b: readonly { timestampS: number }[],
  maxDifferenceS: number,
): [number, number][] {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const matches: [number, number][] = [];
  short.forEach(({ timestampS }, i) => {
    let best = -1;
    let bestDifference = Infinity;
    long.forEach((other, j) => {
      const difference = Math.abs(other.timestampS - timestampS);
      if (difference < bestDifference) {
        best = j;
        bestDifference = difference;
      }
    });
    if (bestDifference <= maxDifferenceS) matches.push(short === a ? [i, best] : [best, i]);
  });
  return matches;
}

export function numbersOf(text: string, perLine: number): number[][] {
  const rows: number[][] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const numbers = trimmed.split(/[\s,]+/).map(Number);
    if (numbers.length < perLine || !numbers.slice(0, perLine).every(Number.isFinite))
      throw new StudioFailure('ground-truth-unreadable', { reason: `line ${i + 1} does not hold ${perLine} numbers.` });
    rows.push(numbers);
  });
  return rows;
}
