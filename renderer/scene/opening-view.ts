// Where a new scene is first looked at from: from behind its cameras, a little above, so that all of it is in view.

import { Quaternion, Vector3 } from 'three';
import type { Sim3 } from '../../projects/format/sim3.ts';

/** Cameras whose directions add up to less than this share look all ways. */
const leastAgreement = 0.35;

/**
 * @param cameras in input order, not empty
 * @returns unit vector in display axes from the scene to the eye
 */
export function openingDirection(cameras: readonly Sim3[], displayFromWorld: Quaternion): Vector3 {
  const backOf = ({ rotation }: Sim3): Vector3 => new Vector3(0, 0, -1).applyQuaternion(new Quaternion(...rotation));
  const direction = new Vector3();
  for (const camera of cameras) direction.add(backOf(camera));
  // Cameras all around look in no direction together; the first one then decides.
  if (direction.length() < leastAgreement * cameras.length) direction.copy(backOf(cameras[0]));
  direction.applyQuaternion(displayFromWorld).normalize();
  direction.y = Math.max(direction.y, 0) + 0.35;
  return direction.normalize();
}
