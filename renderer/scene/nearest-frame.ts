// The photo that is most like the present view: near it, and looking the same way.

import type { Frame } from '../../projects/format/scene.ts';
import { length, rotate, subtract, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';

/** Another photo takes over only when it is clearly nearer, so that the picture does not flicker while the eye moves. */
const stays = 0.85;

/**
 * Distance of poses: places in units of the distance to what is looked at, plus the angle between the lines of sight in radians.
 * @param focusDistance world units
 * @param shownId the frame that is shown now
 */
export function nearestFrame(
  frames: Iterable<Frame>,
  view: Sim3,
  focusDistance: number,
  shownId: string | null,
): Frame | null {
  let best: Frame | null = null;
  let bestCost = Infinity;
  for (const frame of frames) {
    if (!frame.worldFromCamera || !frame.intrinsics) continue;
    const cost = poseDistance(frame.worldFromCamera, view, focusDistance) * (frame.id === shownId ? stays : 1);
    if (cost < bestCost) [best, bestCost] = [frame, cost];
  }
  return best;
}

export function poseDistance(a: Sim3, b: Sim3, focusDistance: number): number {
  const sight = ({ rotation }: Sim3): Vec3 => rotate(rotation, [0, 0, 1]);
  const [p, q] = [sight(a), sight(b)];
  const angle = Math.acos(Math.max(-1, Math.min(1, p[0] * q[0] + p[1] * q[1] + p[2] * q[2])));
  return length(subtract(a.translation, b.translation)) / focusDistance + angle;
}
