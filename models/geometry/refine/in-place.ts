// Refined cameras laid onto the scene as it was, so that edits, kept cameras, up and the view stay where they are.

import {
  compose,
  conjugate,
  inverse,
  multiplyQuaternions,
  normalizedQuaternion,
  rotate,
  scaled,
  subtract,
  type Quaternion,
  type Sim3,
} from '../../../projects/format/sim3.ts';
import { median } from './sightings.ts';

/**
 * @param before poses as they were
 * @param refined the same frames in the world of the adjustment; null where no track holds a frame: it goes with the nearest that is held
 * @returns null when no frame is held
 */
export function inPlace(before: readonly Sim3[], refined: readonly (Sim3 | null)[]): Sim3[] | null {
  const oldFromNew = layOnto(before, refined);
  if (!oldFromNew) return null;
  const held = refined.map((pose) => pose && compose(oldFromNew, pose));
  return before.map((pose, i) => {
    const nearest = held[i] ? i : nearestHeld(held, i);
    const there = held[nearest] ?? pose;
    return nearest === i ? there : compose(there, compose(inverse(before[nearest]), pose));
  });
}

function nearestHeld(held: readonly (Sim3 | null)[], i: number): number {
  const known = held.flatMap((pose, j) => (pose ? [j] : []));
  return known.reduce((best, j) => (Math.abs(j - i) < Math.abs(best - i) ? j : best));
}

/** By the middle of what every camera says: rotations and scales of cameras are known even where all stand in one place or on one line. */
function layOnto(before: readonly Sim3[], refined: readonly (Sim3 | null)[]): Sim3 | null {
  const pairs = refined.flatMap((now, i) => (now ? [{ now, old: before[i] }] : []));
  if (pairs.length === 0) return null;
  const turns = pairs.map(({ now, old }) => multiplyQuaternions(old.rotation, conjugate(now.rotation)));
  const sum = [0, 0, 0, 0];
  for (const turn of turns) {
    // A quaternion and its negative are one rotation: all on the side of the first.
    const side = turn.reduce((all, x, k) => all + x * turns[0][k], 0) < 0 ? -1 : 1;
    turn.forEach((x, k) => (sum[k] += side * x));
  }
  const rotation: Quaternion = normalizedQuaternion([sum[0], sum[1], sum[2], sum[3]]);
  const scale = median(pairs.map(({ now, old }) => old.scale / now.scale));
  const shifts = pairs.map(({ now, old }) =>
    subtract(old.translation, scaled(rotate(rotation, now.translation), scale)),
  );
  const shift = [0, 1, 2].map((k) => median(shifts.map((one) => one[k])));
  return { rotation, scale, translation: [shift[0], shift[1], shift[2]] };
}
