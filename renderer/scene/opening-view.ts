// Where a new scene is first looked at from: from behind its cameras, a little above, so that all of it is in view.

import { Quaternion, Vector3 } from 'three';
import type { ChunkId } from '../../projects/format/scene.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';

/** Cameras whose directions add up to less than this share look all ways. */
const leastAgreement = 0.35;

/** So many chunks tell where a scene is and how large. */
const enoughChunks = 5;

/**
 * The chunks by which a scene is judged before it is first looked at: evenly over its photos, and the same whichever arrive first.
 * @param chunks visible ones; `share` is the place of their photo in input order
 */
export function openingChunks(chunks: readonly { id: ChunkId; share: number }[]): ChunkId[] {
  const sorted = chunks.toSorted((a, b) => a.share - b.share || (a.id < b.id ? -1 : 1));
  const count = Math.min(enoughChunks, sorted.length);
  return Array.from(
    { length: count },
    (_, k) => sorted[Math.round((k * (sorted.length - 1)) / Math.max(1, count - 1))].id,
  );
}

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
  direction.y = Math.max(direction.y, 0) + 0.28;
  return direction.normalize();
}

/** Radius to frame so that, looking from that direction, the cameras before the scene are in view too. */
export function openingRadius(
  cameras: readonly Sim3[],
  displayFromWorld: Quaternion,
  centre: Vector3,
  radius: number,
  direction: Vector3,
): number {
  const behind = cameras.map(({ translation }) =>
    new Vector3(...translation).applyQuaternion(displayFromWorld).sub(centre).dot(direction),
  );
  // The eye stands at about 2.4 times this radius, so cameras up to two thirds of the way are before it. Far ones must not make the
  // scene tiny.
  return Math.min(radius * 1.8, Math.max(radius * 0.95, Math.max(0, ...behind) * 0.62));
}
